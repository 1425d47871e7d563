"""Which format a file has, and which reader it gets: by its ending, else by what its bytes say.

Formats whose parsers are large, or written in C, are read behind a wall (`confinement.py`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

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
from embeddings.errors import UnreadableDocument
from embeddings.records import Document

Item = Document | UnreadableDocument
Reader = Callable[[bytes, str, str], Iterator[Item]]

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
_PLAIN = {".txt", ".text", ".jsonl", ".csv"}
_MAGIC = (b"%PDF-", b"PK\3\4", b"<")
ENDINGS = ", ".join(READERS)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """`text_column` is the column of a table that holds its text, where it has no usual name.

    `ocr` names the languages of the pictures of text that are to be read, as tesseract names them.
    """

    text_column: str = ""
    ocr: str = ""


def is_plain(data: bytes, ending: str) -> bool:
    """Whether it is read line by line, by nothing that a made file could lead astray."""
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    return ending in _PLAIN and not start.startswith(_MAGIC)


def read_bytes(
    data: bytes, ending: str, source: str, sha256: str, options: ReadOptions
) -> Iterator[Item]:
    """Yield the documents of one file, and in the place of one that cannot be read, the reason."""
    actual = sniff_ending(data, ending)
    if actual not in READERS:
        actual = ending
    read = _choose(actual, options)
    try:
        for item in read(data, source, sha256):
            if actual != ending and isinstance(item, Document):
                notice = f"read as {actual}, which it is, whatever its ending"
                item = replace(item, notices=(notice, *item.notices))
            yield item
    except UnreadableDocument as error:
        yield error


def _choose(ending: str, options: ReadOptions) -> Reader:
    if ending in _TABLES:
        return partial(_TABLES[ending], text_column=options.text_column)
    return partial(read_pdf, ocr=options.ocr) if ending == ".pdf" else READERS[ending]
