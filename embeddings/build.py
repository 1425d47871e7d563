"""The pipeline: documents -> passages -> vectors -> a published build. Knows every part above."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import __version__
from embeddings.aliases import expand_terms, find_aliases
from embeddings.analysis import find_terms, weigh_terms
from embeddings.artifact import Artifact
from embeddings.documents import (
    ENDINGS,
    DocumentReader,
    ReadOptions,
    Selection,
    SourceFile,
    list_sources,
    read_documents,
)
from embeddings.duplicates import fold_repeats
from embeddings.encoders import Encoder, Profile, Tokenizer, find_profile
from embeddings.errors import ArtifactError, CorpusEmpty, IndexOfOtherRoots
from embeddings.index.local import LocalIndex
from embeddings.languages import share_unknown
from embeddings.manifest import Manifest
from embeddings.passages import cut_document
from embeddings.records import Cut, Fold, IndexContents, Passage, Reading
from embeddings.vectors import Progress, VectorSource

_UNKNOWN_LANGUAGE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What changes an index beside its documents and encoder; recorded in the manifest."""

    keep_all: bool = False
    text_column: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ocr: str = ""  # the languages of pictures of text, as tesseract names them

    def record(self, encoder_name: str) -> dict[str, Any]:
        """What the manifest says of them, as JSON has it; the order of globs does not matter."""
        globs = {"include": sorted(set(self.include)), "exclude": sorted(set(self.exclude))}
        return {**asdict(self), **globs, "encoder": encoder_name}


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `fresh` is False where the live build already held all this."""

    manifest: Manifest
    fresh: bool
    encoded: int
    seconds: float


def build_index(
    roots: Sequence[Path],
    artifact: Artifact,
    load_encoder: Callable[[], Encoder],
    tokenizer: Tokenizer,
    encoder_name: str,
    options: BuildOptions | None = None,
    replace: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> BuildReport:
    """Build and publish an index of the roots, or find that the live one is the same already.

    Raises CorpusMissing, CorpusEmpty, IndexOfOtherRoots, IndexBusy, EncoderError. The earlier build
    stays live whatever is raised.
    """
    started = time.monotonic()
    roots = sorted(roots, key=lambda root: str(root.resolve()))  # their order must not matter
    options = options or BuildOptions()
    live = _read_live(artifact)
    _refuse_other_roots(live, roots, artifact, replace)
    if live is not None and not _is_sound(artifact):
        live = None
    reading = Reading()
    files = list_sources(roots, reading, Selection(options.include, options.exclude))
    if live is not None and _is_same(live, files, encoder_name, options):
        return BuildReport(live, fresh=False, encoded=0, seconds=time.monotonic() - started)
    with artifact.writer() as writer:
        build = writer.begin()
        cuts, sources = _read_and_cut(files, tokenizer, options, reading, progress)
        if not any(cut.passages for cut in cuts):
            raise _describe_empty(roots, reading)
        passages, folds = fold_repeats(cuts)
        passages.sort(key=lambda passage: passage.id)
        encoder = load_encoder()
        vectors = VectorSource(encoder, _open_live(artifact, live, encoder))
        contents = _make_contents(cuts, passages, folds, vectors, progress)
        progress("writing", 0, 1)
        writer.add(contents)
        profile = find_profile(encoder.identity.name, encoder.identity.weights_sha256)
        _warn_of_languages(passages, profile, reading)
        manifest = Manifest(
            build=build,
            version=__version__,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            roots=_name_roots(roots),
            counts=_count(contents, reading),
            encoder=asdict(encoder.identity),
            languages=list(profile.languages) if profile.languages else None,
            ranking=dict(profile.ranking),
            options=options.record(encoder_name),
            sources=sources,
            unreadable=[list(pair) for pair in reading.unreadable],
            skipped=[list(pair) for pair in reading.skipped],
            notices=[list(pair) for pair in reading.notices],
            files={name: dict(facts) for name, facts in writer.describe().items()},
        )
        writer.verify(manifest)
        writer.publish()
        progress("writing", 1, 1)
    return BuildReport(manifest, True, vectors.encoded, time.monotonic() - started)


def _read_live(artifact: Artifact) -> Manifest | None:
    """None where there is no build yet, or none that can be read: it is made anew."""
    try:
        return artifact.manifest()
    except ArtifactError:
        return None


def _is_sound(artifact: Artifact) -> bool:
    """Whether the live build is as it was written. A damaged one is not kept, nor its vectors."""
    try:
        artifact.verify()
    except ArtifactError:
        return False
    return True


def _name_roots(roots: Iterable[Path]) -> list[str]:
    return sorted({str(root.resolve()) for root in roots})


def _refuse_other_roots(
    live: Manifest | None, roots: Sequence[Path], artifact: Artifact, replace: bool
) -> None:
    if live is not None and live.roots != _name_roots(roots) and not replace:
        raise IndexOfOtherRoots(
            f"{artifact.directory} is the index of {', '.join(live.roots)}, "
            f"not of {', '.join(_name_roots(roots))}",
            "name another folder with --index, or give --replace to put these in its place",
        )


def _is_same(
    live: Manifest, files: Sequence[SourceFile], encoder_name: str, options: BuildOptions
) -> bool:
    """Whether the live build was made from the same files, by size and time, in the same way."""
    profile = find_profile(live.encoder["name"], live.encoder["weights_sha256"])
    return (
        live.version == __version__
        and live.options == options.record(encoder_name)
        and live.ranking == dict(profile.ranking)
        and {name: facts[:2] for name, facts in live.sources.items()}
        == {file.source: [file.size, file.modified_ns] for file in files}
    )


def _read_and_cut(
    files: Sequence[SourceFile],
    tokenizer: Tokenizer,
    options: BuildOptions,
    reading: Reading,
    progress: Progress,
) -> tuple[list[Cut], dict[str, list[Any]]]:
    cuts: list[Cut] = []
    sources: dict[str, list[Any]] = {}
    seen: set[str] = set()
    with DocumentReader(ReadOptions(options.text_column, options.ocr)) as reader:
        for done, file in enumerate(files):
            progress("reading", done, len(files))
            sha256 = ""
            for document in read_documents(file, reading, seen, reader):
                sha256 = document.sha256
                cuts.append(
                    cut_document(
                        document, tokenizer.count_tokens, tokenizer.window, options.keep_all
                    )
                )
            sources[file.source] = [file.size, file.modified_ns, sha256]
    progress("reading", len(files), len(files))
    return cuts, sources


def _describe_empty(roots: Sequence[Path], reading: Reading) -> CorpusEmpty:
    where = ", ".join(str(root) for root in roots)
    left_out = [*reading.unreadable, *reading.skipped]
    left_out += [pair for pair in reading.notices if not pair[0]]
    if not left_out:
        return CorpusEmpty(f"{where} holds no documents", f"put documents into it ({ENDINGS})")
    first = "; ".join(": ".join(filter(None, pair)) for pair in left_out[:3])
    more = f"; and {len(left_out) - 3} more" if len(left_out) > 3 else ""
    return CorpusEmpty(
        f"{where} holds no document that could be read ({first}{more})",
        f"put documents into it ({ENDINGS})",
    )


def _warn_of_languages(passages: Sequence[Passage], profile: Profile, reading: Reading) -> None:
    share = share_unknown((passage.language for passage in passages), profile.languages)
    if share > _UNKNOWN_LANGUAGE_SHARE:
        reading.notices.append(
            (
                "",
                f"{share:.0%} of the passages are in languages that {profile.name} does not know; "
                "they are found by their words alone",
            )
        )


def _count(contents: IndexContents, reading: Reading) -> dict[str, int]:
    return {
        "documents": len(contents.cuts),
        "passages": len(contents.passages),
        "sentences": len(contents.sentence_vectors),
        "folded": len(contents.folds),
        "set_aside": sum(len(cut.marks) for cut in contents.cuts),
        "unreadable": len(reading.unreadable),
        "skipped": len(reading.skipped),
    }


def _make_contents(
    cuts: Sequence[Cut],
    passages: Sequence[Passage],
    folds: Sequence[Fold],
    vectors: VectorSource,
    progress: Progress,
) -> IndexContents:
    sentences = [
        [passage.text[span.start : span.end] for span in passage.sentences] for passage in passages
    ]
    sizes = [len(texts) for texts in sentences]
    passage_vectors, sentence_vectors = vectors.find(
        [passage.text for passage in passages], [s for own in sentences for s in own], progress
    )
    return IndexContents(
        cuts=cuts,
        passages=passages,
        folds=folds,
        passage_vectors=passage_vectors,
        sentence_vectors=sentence_vectors,
        sentence_offsets=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        postings=weigh_terms(_find_passage_terms(cuts, passages)),
    )


def _find_passage_terms(cuts: Sequence[Cut], passages: Sequence[Passage]) -> Iterator[list[str]]:
    """The terms each passage is found by: its own, its title's and heading's, and other names'."""
    titles = {cut.document.id: cut.title for cut in cuts}
    own = (
        find_terms("\n".join(dict.fromkeys((titles[p.document_id], p.heading or "", p.text))))
        for p in passages
    )
    return expand_terms(own, find_aliases(cut.document.text for cut in cuts))


def _open_live(artifact: Artifact, live: Manifest | None, encoder: Encoder) -> LocalIndex | None:
    """The live build, where its vectors are those of this very encoder."""
    if live is None or live.encoder != asdict(encoder.identity):
        return None
    return artifact.open()[1]
