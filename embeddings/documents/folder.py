"""Folders: which files are read, under which source names, by which reader.

Hidden files are left out. What has no reader is skipped with a notice, what a reader refuses is
reported: nothing is passed over in silence.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.documents.jsonl import read_jsonl
from embeddings.documents.text import read_text
from embeddings.errors import CorpusMissing, UnreadableDocument
from embeddings.records import Document, Reading

Reader = Callable[[bytes, str, str], Iterator[Document | UnreadableDocument]]

READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".jsonl": read_jsonl,
}
LARGEST_FILE = 256 << 20

# The parts of a judged collection that are not its texts, by their fixed names.
_NOT_DOCUMENTS = {"questions.jsonl"}
_BESIDE_A_COLLECTION = {"queries.jsonl", "queries.all.jsonl", "meta.json"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: where it lies, its name in the corpus, and what tells that it changed."""

    path: Path
    source: str
    size: int
    modified_ns: int


def list_sources(roots: Sequence[Path], reading: Reading) -> list[SourceFile]:
    """The readable files under the roots, by source name; what is left out goes into `reading`."""
    names = _name_roots(roots)
    found: list[SourceFile] = []
    for root, name in names.items():
        if not root.exists():
            raise CorpusMissing(f"{root} does not exist", "check the path")
        for path, inside in _walk(root, reading):
            source = "/".join(part for part in (name, inside) if part)
            if (reason := _reason_to_skip(path)) is not None:
                reading.skipped.append((source, reason))
                continue
            try:
                status = path.stat()
            except OSError as error:
                reading.unreadable.append((source, error.strerror or str(error)))
                continue
            found.append(SourceFile(path, source, status.st_size, status.st_mtime_ns))
    return sorted(found, key=lambda file: file.source)


def read_documents(file: SourceFile, reading: Reading, seen: set[str]) -> Iterator[Document]:
    """The documents of one file; what cannot be read, or repeats a source name, goes to `reading`.

    `seen` holds the ids of the documents read before, and those of this file afterwards.
    """
    for item in read_source(file):
        if isinstance(item, UnreadableDocument):
            reading.unreadable.append((item.source, item.message))
        elif item.id in seen:
            reading.unreadable.append((item.source, "has the same name as another document"))
        else:
            seen.add(item.id)
            reading.notices.extend((item.source, notice) for notice in item.notices)
            yield item


def read_source(file: SourceFile) -> Iterator[Document | UnreadableDocument]:
    """Yield the documents of one file, and in the place of one that cannot be read, the reason."""
    try:
        yield from _read_file(file)
    except UnreadableDocument as error:
        yield error


def _read_file(file: SourceFile) -> Iterator[Document | UnreadableDocument]:
    if file.size > LARGEST_FILE:
        raise UnreadableDocument(
            file.source,
            f"has {file.size >> 20} MB, more than the {LARGEST_FILE >> 20} MB a file may have",
            "split it into smaller files",
        )
    try:
        data = file.path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(
            file.source, error.strerror or str(error), "check that it exists and may be read"
        ) from error
    sha256 = hashlib.sha256(data).hexdigest()
    yield from READERS[file.path.suffix.lower()](data, file.source, sha256)


def _name_roots(roots: Iterable[Path]) -> dict[Path, str]:
    """No prefix for a single root; else each root's own name, numbered where two are alike."""
    roots = list(dict.fromkeys(roots))
    if len(roots) == 1:
        return {roots[0]: ""}
    names: dict[Path, str] = {}
    for root in roots:
        base = root.resolve().parent.name if root.is_file() else root.resolve().name
        taken = set(names.values())
        names[root] = next(n for n in _numbered(base) if n not in taken)
    return names


def _numbered(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1


def _walk(root: Path, reading: Reading) -> Iterator[tuple[Path, str]]:
    if root.is_file():
        yield root, _printable(root.name)
        return

    def report(error: OSError) -> None:
        reading.unreadable.append((str(error.filename), error.strerror or str(error)))

    for folder, folders, files in os.walk(root, onerror=report):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in sorted([*files, *links]):
            if not name.startswith("."):
                path = Path(folder, name)
                yield path, _printable(path.relative_to(root).as_posix())


def _printable(name: str) -> str:
    """A file name that is not UTF-8 shows its odd bytes as escapes."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")


def _reason_to_skip(path: Path) -> str | None:
    if path.is_dir():
        return "a link to a folder, which is not followed"
    if path.name in _NOT_DOCUMENTS:
        return "questions for `winnow evaluate`, not a document"
    if path.name in _BESIDE_A_COLLECTION and (path.parent / "corpus.jsonl").exists():
        return "part of a judged collection; its texts are in corpus.jsonl"
    if path.suffix.lower() not in READERS:
        return f"no reader for {path.suffix or 'a file without an ending'}"
    if path.is_file() or not path.exists():  # what is missing is reported when it is read
        return None
    return "not a regular file"
