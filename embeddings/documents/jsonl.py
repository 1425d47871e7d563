"""JSON Lines: one document a row, from its text column, with what else the row says of it.

A row's source is `<file>#<id>`: its `_id` or `id`, else its line number from 1.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from embeddings.documents.decoding import decode
from embeddings.documents.rows import TEXT_COLUMNS, Table, find_text_column
from embeddings.errors import UnreadableDocument
from embeddings.records import Document


def read_jsonl(
    data: bytes, source: str, sha256: str, text_column: str = ""
) -> Iterator[Document | UnreadableDocument]:
    """Yield a document for each row, or what is wrong with that row."""
    decoded = decode(data, source)
    if not decoded.text.strip():
        raise UnreadableDocument(source, "is empty", "take it out of the folder, or fill it")
    table = Table(source, sha256, decoded)
    for line, raw in enumerate(decoded.text.split("\n"), start=1):
        if not raw.strip():
            continue
        place = f"{source}:{line}"
        try:
            row = parse_row(raw, place)
            column = find_text_column(row, text_column) or text_column or TEXT_COLUMNS[0]
            table.add(row, column, line, place)
        except UnreadableDocument as error:
            table.items.append(error)
    yield from table.finish()


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
