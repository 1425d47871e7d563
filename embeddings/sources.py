"""Whether the files that a build was made of are still what they were."""

from collections.abc import Iterator
from pathlib import Path

from embeddings.documents import list_sources
from embeddings.errors import CorpusMissing
from embeddings.manifest import Manifest, hash_file
from embeddings.records import Reading


def compare_sources(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """(source, `changed` or `missing`) for each source file whose content is not as it was read.

    A passage's offsets hold in its file as long as that is neither. Files that were not there when
    the index was built are no matter of it.
    """
    try:
        found = {f.source: f.path for f in list_sources(list(map(Path, manifest.roots)), Reading())}
    except CorpusMissing:
        found = {}
    for source, record in sorted(manifest.sources.items()):
        if source not in found:
            yield source, "missing"
        elif record["sha256"] and _hash(found[source]) != record["sha256"]:
            yield source, "changed"


def _hash(path: Path) -> str:
    try:
        return hash_file(path)
    except OSError:
        return ""
