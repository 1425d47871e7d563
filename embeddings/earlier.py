"""What the live build holds that the next one may take over, and when it may."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from typing import Any

from embeddings import __version__
from embeddings.builds import Builds, StoredIndex
from embeddings.corpus import Earlier
from embeddings.documents import SourceFile
from embeddings.encoders import Tokenizer, find_profile
from embeddings.errors import EncoderUnavailable, IndexDamaged, IndexFormat, IndexMissing
from embeddings.manifest import Manifest
from embeddings.records import Cut, Reading
from embeddings.repetition import find_repeated_lines
from embeddings.taken import Taken, pack_cuts

_AT_ONCE = 64
_SHAPE_TEXTS = (
    "charset-normalizer",
    "lxml",
    "markdown-it-py",
    "pdfminer.six",
    "py3langid",
    "PyStemmer",
    "python-docx",
    "rapidfuzz",
    "rensa",
    "sentencex",
    "tokenizers",
    "trafilatura",
)


def list_libraries() -> dict[str, str]:
    """The libraries that decide what a document's passages and terms are, with their versions."""
    return {name: version(name) for name in _SHAPE_TEXTS}


# Not a database that cannot be reached: what it holds is there still, and is not to be replaced.
_UNUSABLE = (IndexMissing, IndexDamaged, IndexFormat)

LiveBuild = tuple[Manifest, StoredIndex]


def recall(manifest: Manifest, index: StoredIndex) -> Earlier:
    """All of a build. Whether its cuts still hold is for `is_made_alike` to say."""
    documents: defaultdict[str, array[int]] = defaultdict(lambda: array("Q"))
    for file, id in index.list_documents():
        documents[file].append(int(id, 16))
    repeated = find_repeated_lines(_Texts(index))

    def recall_cuts(ids: Sequence[int]) -> Iterator[Cut]:
        return index.recall_cuts([f"{id:016x}" for id in ids])

    return Earlier(
        manifest.sources,
        documents,
        repeated,
        lambda ids: (cut.document for cut in recall_cuts(ids)),
        lambda ids: _pack_again(recall_cuts(ids)),
    )


def _pack_again(cuts: Iterator[Cut]) -> Iterator[Taken]:
    while some := list(islice(cuts, _AT_ONCE)):
        yield from pack_cuts(some)


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts of all documents, to be gone through."""

    index: StoredIndex

    def __iter__(self) -> Iterator[str]:
        return self.index.recall_texts()


def read_live(builds: Builds) -> Manifest | None:
    """None where there is no build yet, or none that can be read: it is made anew."""
    try:
        return builds.manifest()
    except _UNUSABLE:
        return None


def is_sound(builds: Builds) -> bool:
    """Whether the live build is as it was written. A damaged one is not kept, nor its vectors."""
    try:
        builds.verify()
    except _UNUSABLE:
        return False
    return True


def is_made_alike(live: Manifest, options: Mapping[str, Any], tokenizer: Tokenizer) -> bool:
    """Whether the live build was made in the same way, so that it holds for the same files."""
    profile = find_profile(live.encoder["name"], live.encoder["weights_sha256"])
    return (
        live.version == __version__
        and live.options == options
        and live.libraries == list_libraries()
        and live.ranking == dict(profile.ranking)
        and _is_same_encoder(live, tokenizer)
    )


def _is_same_encoder(live: Manifest, tokenizer: Tokenizer) -> bool:
    """Whether the model is the one of the live build: a folder may hold another one by now."""
    try:
        known = tokenizer.known_identity
    except EncoderUnavailable:  # the hub's newest, of which only the tokenizer is here
        return False
    return known.items() <= live.encoder.items()


def holds_all(live: Manifest, files: Sequence[SourceFile], reading: Reading) -> bool:
    """Whether the live build was made of the very same files, by size and time.

    `reading` has what the listing of the files said. What could not be read may be readable now.
    """
    return (
        not live.unreadable
        and not reading.unreadable
        and live.skipped == [list(pair) for pair in reading.skipped]
        and {name: (known["size"], known["modified_ns"]) for name, known in live.sources.items()}
        == {file.source: (file.size, file.modified_ns) for file in files}
    )
