"""JSON Lines: one document a row, from its `text`, with `title`, `date` and id where given.

A row's source is `<file>#<id>`: its `_id` or `id`, else its line number from 1.
"""

import json
from collections.abc import Iterator
from typing import Any

from embeddings.documents.decoding import decode
from embeddings.errors import UnreadableDocument
from embeddings.records import Document


def read_jsonl(data: bytes, source: str, sha256: str) -> Iterator[Document | UnreadableDocument]:
    """Yield a document for each row, or what is wrong with that row."""
    decoded = decode(data, source)
    seen: set[str] = set()
    for line, raw in enumerate(decoded.text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            row = parse_row(raw, f"{source}:{line}")
            name = str(row.get("_id", row.get("id", line)))
            _refuse_repeated(name, seen, f"{source}:{line}")
            yield Document(
                source=f"{source}#{name}",
                text=_read_text_field(row, f"{source}:{line}"),
                title=_read_string(row, "title"),
                sha256=sha256,
                date=_read_string(row, "date"),
                encoding=decoded.encoding,
                notices=decoded.notices if line == 1 else (),
            )
        except UnreadableDocument as error:
            yield error


def parse_row(raw: str, place: str) -> dict[str, Any]:
    """The JSON object of one line. Raises UnreadableDocument, which names the place."""
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(place, f"is not JSON: {error}", _REMEDY) from error
    if not isinstance(row, dict):
        raise UnreadableDocument(place, "is not a JSON object", _REMEDY)
    return row


_REMEDY = "write one JSON object a line"


def _refuse_repeated(name: str, seen: set[str], place: str) -> None:
    if name in seen:
        raise UnreadableDocument(
            place, f"repeats the id {name!r}", "give each row an id of its own"
        )
    seen.add(name)


def _read_text_field(row: dict[str, Any], place: str) -> str:
    value = row.get("text")
    if not isinstance(value, str):
        raise UnreadableDocument(place, "has no 'text' that is a string", "give each row a 'text'")
    if not value.strip():
        raise UnreadableDocument(place, "is empty", "fill its 'text', or take the row out")
    return value


def _read_string(row: dict[str, Any], name: str) -> str | None:
    value = row.get(name)
    return value.strip() or None if isinstance(value, str) else None
