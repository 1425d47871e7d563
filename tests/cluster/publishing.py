"""Publishes made contents in a database, as a build does."""

from dataclasses import asdict

from embeddings.builds import Builds, StoredIndex
from embeddings.manifest import Manifest
from embeddings.records import IndexContents

LEAST_RECALL = 0.99


def make_manifest(build: str, contents: IndexContents) -> Manifest:
    """What a manifest says of made contents; `files` and `vectors` are left out."""
    counts = {
        "documents": len(contents.cuts),
        "passages": len(contents.passages),
        "sentences": len(contents.sentence_vectors),
        "folded": len(contents.folds),
    }
    encoder = {"name": "made", "dimension": contents.passage_vectors.shape[1]}
    return Manifest(
        build=build,
        version="0",
        created="2026-01-01T00:00:00+00:00",
        roots=["/made"],
        counts=counts,
        overview={},
        vectors={},
        encoder=encoder,
        languages=None,
        ranking={},
        options={},
        libraries={},
        sources={},
        unreadable=[],
        skipped=[],
        notices=[],
        files={},
    )


def publish(
    builds: Builds, contents: IndexContents, least_recall: float = LEAST_RECALL
) -> tuple[Manifest, StoredIndex]:
    """Write, verify and publish a build of these contents; open it."""
    with builds.writer() as writer:
        manifest = make_manifest(writer.begin(), contents)
        searched = writer.add(contents, least_recall)
        manifest.vectors.update({name: asdict(facts) for name, facts in searched.items()})
        manifest.files.update({name: dict(facts) for name, facts in writer.describe().items()})
        writer.verify(manifest)
        writer.publish()
    return builds.open()
