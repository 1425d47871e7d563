"""Makes folders, documents and indexes for the tests of this package."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import gettempdir

import numpy as np

from embeddings.artifact import Artifact
from embeddings.budget import Budget
from embeddings.build import BuildOptions, BuildReport, build_index
from embeddings.builds import Builds
from embeddings.counting import count_terms
from embeddings.documents import DocumentReader, ReadOptions, list_sources
from embeddings.duplicates import fold_cuts
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import UnreadableDocument
from embeddings.kept_cuts import KeptCuts, KeptDocuments
from embeddings.manifest import describe_files, hash_file, write_manifest
from embeddings.passages import cut_document
from embeddings.records import Cut, Document, Fold, Passage, Postings, Reading, Span, Vectors
from embeddings.taken import pack_cuts

Found = list[Document | UnreadableDocument]
_AT_ONCE = 500


class CountingEncoder(HashingEncoder):
    """The hashing encoder, which notes each text that it is given to encode."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return super().encode_passages(texts)


class PoolingEncoder(CountingEncoder):
    """One whose sentences' vectors lean towards those of their passages."""

    identity = replace(HashingEncoder.identity, pooled=True)

    def encode_pooled(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, Vectors]:
        self.seen += texts
        whole, parts = HashingEncoder().encode_pooled(texts, sentences)
        owners = np.repeat(np.arange(len(texts)), list(map(len, sentences)))
        leaning = parts + whole[owners]
        leaning /= np.linalg.norm(leaning, axis=1, keepdims=True)
        spans = [span for own in sentences for span in own]
        for row, (span, owner) in enumerate(zip(spans, owners, strict=True)):
            if span == Span(0, len(texts[owner])):
                leaning[row] = whole[owner]
        return whole, leaning


class FailingEncoder(HashingEncoder):
    """An encoder that breaks down in the middle of a build."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        raise MemoryError("no memory for the vectors")


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Put files into a folder, by their path inside it; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def build(
    roots: Path | Sequence[Path],
    builds: Builds,
    encoder: HashingEncoder | None = None,
    *,
    replace: bool = False,
    rehash: bool = False,
    options: BuildOptions | None = None,
) -> BuildReport:
    """Build with the hashing encoder, or with a variety of it."""
    used = encoder or HashingEncoder()
    return build_index(
        [roots] if isinstance(roots, Path) else roots,
        builds,
        lambda: used,
        used,
        "hashing",
        options,
        replace,
        rehash,
    )


def read_folder(folder: Path, options: ReadOptions | None = None) -> tuple[Found, Reading]:
    """All that reading a folder gives, and what it says of the rest."""
    reading = Reading()
    files = list_sources([folder], reading)
    with DocumentReader(options) as reader:
        return [item for file in files for item in reader.read(file)], reading


def cut(text: str, source: str = "a.txt", *, keep_all: bool = False) -> Cut:
    """A text taken apart for the hashing encoder."""
    encoder = HashingEncoder()
    document = Document(source, text)
    return cut_document(document, encoder.count_tokens, encoder.window, keep_all)


def keep_cuts(cuts: Iterable[Cut], folder: Path) -> KeptCuts:
    """What a build holds of documents that it has taken apart."""
    documents = KeptDocuments(folder)
    kept = KeptCuts(folder, documents.kept)
    left = iter(cuts)
    while some := list(islice(left, _AT_ONCE)):
        places = documents.append(one.document for one in some)
        for place, taken in zip(places, pack_cuts(some), strict=True):
            kept.append(place, taken)
    return kept


def fold(cuts: Iterable[Cut]) -> tuple[list[Passage], list[Fold]]:
    """The passages that stand for all, by id, and the folded ones."""
    kept = keep_cuts(cuts, Path(gettempdir()))
    numbers, folds = fold_cuts(kept, Budget())
    return [kept.passages[number] for number in numbers], list(folds)


def weigh_terms(texts: Iterable[Sequence[str]]) -> Postings:
    """The postings of texts given as their terms."""
    return count_terms(((terms, ()) for terms in texts), Path(gettempdir()), Budget())[0]


def passages_of(artifact: Artifact) -> dict[str, str]:
    """Id and text of every passage of the live build."""
    _, index = artifact.open()
    stored = index.read(range(index.passage_count))
    index.close()
    return {item.passage.id: item.passage.text for item in stored}


def contents_of(artifact: Artifact) -> dict[str, object]:
    """Everything in the files of the live build, without the order of rows on disk."""
    folder = folder_of(artifact)
    held: dict[str, object] = {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.suffix in (".npy", ".faiss")
    }
    for name in ("passages.sqlite", "terms.sqlite"):
        database = sqlite3.connect(folder / name)
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            rows = database.execute(f"SELECT * FROM {table}").fetchall()
            held[f"{name}/{table}"] = sorted(map(repr, rows))
        database.close()
    manifest = artifact.manifest()
    told = ("counts", "overview", "unreadable", "skipped", "notices", "options", "libraries")
    held |= {name: getattr(manifest, name) for name in told}
    held["sources"] = {name: record["sha256"] for name, record in manifest.sources.items()}
    return held


def sources_of(artifact: Builds) -> list[str]:
    _, index = artifact.open()
    summaries = index.documents(0, 1000)[1]
    index.close()
    return [summary.source for summary in summaries]


def folder_of(artifact: Artifact, build: str | None = None) -> Path:
    """Where a build lies, by default the live one."""
    return artifact.directory / "builds" / (build or artifact.live_id())


def flip_byte(path: Path, at: int) -> None:
    """Change one bit of a file; doing it again puts it right."""
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1
    path.write_bytes(data)


def blame_reading(artifact: Artifact, page: Path, content: str, **libraries: str) -> None:
    """Make the live build one that took its text out of the bytes that the page has from now on.

    With a trafilatura 1.0, unless other libraries are named with the versions that they had then.
    """
    page.write_text(content, encoding="utf-8")
    folder = folder_of(artifact)
    if not libraries:
        with closing(sqlite3.connect(folder / "passages.sqlite")) as database:
            database.execute("UPDATE documents SET extractor = 'trafilatura 1.0'")
            database.commit()
    manifest = artifact.manifest()
    known = {"size": page.stat().st_size, "sha256": hash_file(page)}
    sources = {page.name: {**manifest.sources[page.name], **known}}
    files = describe_files(folder, list(manifest.files))
    libraries = {**manifest.libraries, **libraries}
    write_manifest(folder, replace(manifest, sources=sources, files=files, libraries=libraries))


@contextmanager
def being_nobody() -> Iterator[None]:
    """Root may read everything, so it is somebody else for a while."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(own)
