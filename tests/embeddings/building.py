"""Makes folders, documents and indexes for the tests of this package."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import trafilatura

from embeddings.artifact import Artifact
from embeddings.build import BuildOptions, BuildReport, build_index
from embeddings.documents import DocumentReader, ReadOptions, list_sources
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import UnreadableDocument
from embeddings.passages import cut_document
from embeddings.records import Cut, Document, Reading, Vectors

Found = list[Document | UnreadableDocument]


class CountingEncoder(HashingEncoder):
    """The hashing encoder, which notes each text that it is given to encode."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return super().encode_passages(texts)


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
    artifact: Artifact,
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
        artifact,
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


def passages_of(artifact: Artifact) -> dict[str, str]:
    """Id and text of every passage of the live build."""
    _, index = artifact.open()
    stored = index.read(range(index.passage_count))
    index.close()
    return {item.passage.id: item.passage.text for item in stored}


def sources_of(artifact: Artifact) -> list[str]:
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


def install_older_extractor(monkeypatch: pytest.MonkeyPatch, before: str, instead: str) -> None:
    """A trafilatura 1.0 that finds other words on a page than the one that is here."""
    real = trafilatura.bare_extraction

    def extract(page: str, **options: Any) -> Any:
        return real(page.replace(before, instead), **options)

    monkeypatch.setattr(trafilatura, "bare_extraction", extract)
    monkeypatch.setattr("embeddings.documents.html.version", lambda name: "1.0")
    # Read here, where the older one is, and not in the process that has the newer one.
    monkeypatch.setattr("embeddings.documents.reading.is_plain", lambda data, ending: True)
