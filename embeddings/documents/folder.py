"""Folders: which files are read, under which source names, by which reader.

Hidden files are left out. What `.winnowignore` names and what has no reader is skipped with a
notice, what a reader refuses is reported: nothing is passed over in silence.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from embeddings.documents.csv import read_csv
from embeddings.documents.docx import read_docx
from embeddings.documents.eml import read_eml
from embeddings.documents.epub import read_epub
from embeddings.documents.html import read_html
from embeddings.documents.jsonl import read_jsonl
from embeddings.documents.markdown import read_markdown
from embeddings.documents.pdf import read_pdf
from embeddings.documents.sniffing import sniff_ending
from embeddings.documents.text import read_text
from embeddings.documents.walking import name_roots, walk
from embeddings.errors import CorpusMissing, UnreadableDocument
from embeddings.records import Document, Reading

Reader = Callable[[bytes, str, str], Iterator[Document | UnreadableDocument]]

READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".jsonl": read_jsonl,
    ".csv": read_csv,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".eml": read_eml,
    ".epub": read_epub,
}
_TABLES = {".jsonl": read_jsonl, ".csv": read_csv}  # these take the column of the text too
ENDINGS = ", ".join(READERS)
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
    names = name_roots(roots)
    found: list[SourceFile] = []
    for root, name in names.items():
        if not root.exists():
            raise CorpusMissing(f"{root} does not exist", "check the path")
        for path, inside, left_out in walk(root, reading):
            source = "/".join(part for part in (name, inside) if part)
            if reason := left_out or _reason_to_skip(path):
                reading.skipped.append((source, reason))
                continue
            try:
                status = path.stat()
            except OSError as error:
                reading.unreadable.append((source, error.strerror or str(error)))
                continue
            found.append(SourceFile(path, source, status.st_size, status.st_mtime_ns))
    return sorted(found, key=lambda file: file.source)


def read_documents(file: SourceFile, reading: Reading, text_column: str = "") -> Iterator[Document]:
    """The documents of one file; what cannot be read goes to `reading`."""
    for item in read_source(file, text_column):
        if isinstance(item, UnreadableDocument):
            reading.unreadable.append((item.source, item.message))
        else:
            reading.notices.extend((item.source, notice) for notice in item.notices)
            yield item


def read_source(file: SourceFile, text_column: str = "") -> Iterator[Document | UnreadableDocument]:
    """Yield the documents of one file, and in the place of one that cannot be read, the reason.

    `text_column` names the column of a table that holds the text; without it, the usual names do.
    """
    try:
        yield from _read_file(file, text_column)
    except UnreadableDocument as error:
        yield error


def _read_file(file: SourceFile, text_column: str) -> Iterator[Document | UnreadableDocument]:
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
    ending = file.path.suffix.lower()
    actual = sniff_ending(data, ending)
    if actual not in READERS:
        actual = ending
    read = READERS[actual]
    if actual in _TABLES:
        read = partial(_TABLES[actual], text_column=text_column)
    for item in read(data, file.source, sha256):
        if isinstance(item, Document):
            item = replace(item, file=file.source)
        if actual != ending and isinstance(item, Document):
            notice = f"read as {actual}, which it is, whatever its ending"
            item = replace(item, notices=(notice, *item.notices))
        yield item


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
