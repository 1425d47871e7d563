"""CSV: one document a row, from the cell of its text column; the first row names the columns.

Commas, semicolons, tabs and bars divide cells, whichever divides the first row most.
"""

import csv
import io
from collections.abc import Iterator, Sequence

from embeddings.documents.decoding import decode
from embeddings.documents.rows import TEXT_COLUMNS, Table, find_text_column
from embeddings.errors import UnreadableDocument
from embeddings.records import Document

_DIVIDERS = (",", ";", "\t", "|")
_LONGEST_CELL = 1 << 30
_REMEDY = "save it as CSV in UTF-8, its quotes in pairs"

Row = tuple[int, list[str]]


def read_csv(
    data: bytes, source: str, sha256: str, text_column: str = ""
) -> Iterator[Document | UnreadableDocument]:
    """Yield a document for each row, or what is wrong with that row."""
    decoded = decode(data, source)
    rows = _read_rows(decoded.text, source)
    first = next(rows, None)
    if first is None:
        raise UnreadableDocument(source, "is empty", "take it out of the folder, or fill it")
    _, head = first
    columns = [name.strip() for name in head]
    folded = [name.casefold() for name in columns]
    column = find_text_column(folded, text_column.casefold())
    if column is None:
        raise _describe_columns(source, columns, text_column)
    table = Table(source, sha256, decoded)
    _fill(table, rows, folded, column)
    if not table.items:
        raise UnreadableDocument(
            source, "has no row below its first", "take it out of the folder, or fill it"
        )
    yield from table.finish()


def _fill(table: Table, rows: Iterator[Row], columns: Sequence[str], column: str) -> None:
    number = 0
    try:
        for line, cells in rows:
            number += 1
            place = f"{table.source}:{line}"
            try:
                _refuse_other_width(cells, columns, place)
                row = dict(zip(reversed(columns), reversed(cells), strict=True))
                table.add(row, column, number, place)
            except UnreadableDocument as error:
                table.items.append(error)
    except UnreadableDocument as error:  # the rest of the file has no rows to be told apart
        table.items.append(error)


def _read_rows(text: str, source: str) -> Iterator[Row]:
    """Each row that holds anything, with the line it ends on."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_find_divider(text), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        place = f"{source}:{reader.line_num}"
        raise UnreadableDocument(place, f"is not CSV: {error}", _REMEDY) from error


def _find_divider(text: str) -> str:
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DIVIDERS, key=head.count)


def _refuse_other_width(cells: Sequence[str], columns: Sequence[str], place: str) -> None:
    if len(cells) != len(columns):
        raise UnreadableDocument(
            place,
            f"has {len(cells)} cells, and the first row names {len(columns)} columns",
            "put a cell that holds the dividing mark into quotes",
        )


def _describe_columns(source: str, columns: Sequence[str], text_column: str) -> UnreadableDocument:
    missing = repr(text_column) if text_column else ", ".join(map(repr, TEXT_COLUMNS))
    present = ", ".join(repr(column[:50]) for column in columns[:20])
    return UnreadableDocument(
        source,
        f"has no column {missing}; it has {present}",
        "name the column of the text with --text-column",
    )
