"""One row of a table -> one document: which column is its text, and which say something of it.

The text's column is the one named by `--text-column`, else the first of `text`, `body`, `content`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from embeddings.documents.decoding import Decoded
from embeddings.documents.fields import notice_date, read_date, read_language, read_line
from embeddings.errors import UnreadableDocument
from embeddings.records import Document

TEXT_COLUMNS = ("text", "body", "content")
_TITLES = ("title", "headline", "subject")
_DATES = ("date", "published", "created")
_AUTHORS = ("author", "authors", "creator")
_ADDRESSES = ("url", "link")
_LANGUAGES = ("language", "lang")
_LONGEST_ID = 200
_IDS = ("_id", "id")


def find_text_column(columns: Iterable[str], text_column: str = "") -> str | None:
    """The column that holds the text, or None."""
    wanted = (text_column,) if text_column else TEXT_COLUMNS
    present = set(columns)
    return next((name for name in wanted if name in present), None)


def name_row(row: Mapping[str, Any], number: int) -> str:
    """What stands behind `#` in the row's source: its id, else its number."""
    given = next((row[name] for name in _IDS if row.get(name) not in (None, "")), number)
    return str(given)


def refuse_repeated(name: str, seen: set[str], place: str) -> None:
    """Raises UnreadableDocument where the name was seen, or is none; else notes it."""
    if len(name) > _LONGEST_ID:
        raise UnreadableDocument(
            place, f"has an id of {len(name):,} characters", f"give it {_LONGEST_ID} at most"
        )
    if name in seen:
        raise UnreadableDocument(
            place, f"repeats the id {name!r}", "give each row an id of its own"
        )
    seen.add(name)


def make_row_document(
    row: Mapping[str, Any], column: str, source: str, place: str, sha256: str, decoded: Decoded
) -> Document:
    """The document of a row. Raises UnreadableDocument, which names the place."""
    text = row.get(column)
    if not isinstance(text, str):
        raise UnreadableDocument(
            place,
            f"has no {column!r} that is a string",
            f"give each row a {column!r}, or name another column with --text-column",
        )
    if not text.strip():
        raise UnreadableDocument(place, "is empty", f"fill its {column!r}, or take the row out")
    date = _first(row, _DATES)
    return Document(
        source=source,
        text=text,
        title=read_line(_first(row, _TITLES)),
        sha256=sha256,
        date=read_date(date),
        encoding=decoded.encoding,
        notices=notice_date(date),
        author=read_line(_first(row, _AUTHORS)),
        url=read_line(_first(row, _ADDRESSES)),
        language=read_language(_first(row, _LANGUAGES)),
    )


def _first(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((row[name] for name in names if row.get(name)), None)
