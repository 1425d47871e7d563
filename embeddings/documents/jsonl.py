"""JSON Lines: one document a row, from its `text`, with `title`, `date` and id where given.

A row's source is `<file>#<id>`: its `_id` or `id`, else its line number from 1.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from embeddings.documents.decoding import decode
from embeddings.documents.fields import notice_date, read_date, read_language, read_line
from embeddings.errors import UnreadableDocument
from embeddings.records import Document


def read_jsonl(data: bytes, source: str, sha256: str) -> Iterator[Document | UnreadableDocument]:
    """Yield a document for each row, or what is wrong with that row."""
    decoded = decode(data, source)
    if not decoded.text.strip():
        raise UnreadableDocument(source, "is empty", "take it out of the folder, or fill it")
    seen: set[str] = set()
    notices = decoded.notices
    for line, raw in enumerate(decoded.text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            row = parse_row(raw, f"{source}:{line}")
            name = str(row.get("_id", row.get("id", line)))
            _refuse_repeated(name, seen, f"{source}:{line}")
            document = Document(
                source=f"{source}#{name}",
                text=_read_text_field(row, f"{source}:{line}"),
                title=read_line(row.get("title")),
                sha256=sha256,
                date=read_date(row.get("date")),
                encoding=decoded.encoding,
                notices=(*notices, *notice_date(row.get("date"))),
                author=read_line(row.get("author")),
                url=read_line(row.get("url")),
                language=read_language(row.get("language")),
            )
        except UnreadableDocument as error:
            yield error
            continue
        notices = ()  # said of the first row that can be read, and not again
        yield document


def parse_row(raw: str, place: str) -> dict[str, Any]:
    """The JSON object of one line. Raises UnreadableDocument, which names the place."""
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(place, f"is not JSON: {error}", _REMEDY) from error
    if not isinstance(row, dict):
        raise UnreadableDocument(place, "is not a JSON object", _REMEDY)
    if "\\u" in raw and _SURROGATE.search(json.dumps(row, ensure_ascii=False)):
        raise UnreadableDocument(
            place, "holds half of a surrogate pair, which is no character", "mend its \\u escapes"
        )
    return row


_SURROGATE = re.compile("[\ud800-\udfff]")
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
