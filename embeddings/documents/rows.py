"""The rows of a table -> documents: which column is the text, and which say something of it.

The text's column is the one named by `--text-column`, else the first of `text`, `body`, `content`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from embeddings.documents.decoding import Decoded
from embeddings.documents.fields import (
    ADDRESSES,
    AUTHORS,
    DATE_FORM,
    DATES,
    LANGUAGES,
    TITLES,
    find_first,
    is_bad_date,
    read_address,
    read_date,
    read_language,
    read_line,
    read_names,
)
from embeddings.errors import UnreadableDocument
from embeddings.records import Document

TEXT_COLUMNS = ("text", "body", "content")
_LONGEST_ID = 200
_IDS = ("_id", "id")
_MOST_SHOWN = 3


def find_text_column(columns: Iterable[str], text_column: str = "") -> str | None:
    """The column that holds the text, or None."""
    wanted = (text_column,) if text_column else TEXT_COLUMNS
    present = set(columns)
    return next((name for name in wanted if name in present), None)


@dataclass(slots=True)
class Table:
    """The rows of one file: documents, and what is wrong with the others, in their order.

    What there is to say of the file, or of many of its rows, is said once: of the first document.
    """

    source: str
    sha256: str
    decoded: Decoded
    items: list[Document | UnreadableDocument] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    undated: list[str] = field(default_factory=list)

    def add(self, row: Mapping[str, Any], column: str, number: int, place: str) -> None:
        """Take a row in, named by its id or else its number.

        Raises UnreadableDocument, which names the place.
        """
        given = next((row[name] for name in _IDS if row.get(name) not in (None, "")), number)
        name = str(given)
        self._check(name, row.get(column), column, place)
        date = find_first(row, DATES)
        if is_bad_date(date):
            self.undated.append(f"{read_line(date)!r} in line {place.rpartition(':')[2]}")
        self.seen.add(name)
        self.items.append(
            Document(
                source=f"{self.source}#{name}",
                text=row[column],
                title=read_line(find_first(row, TITLES)),
                sha256=self.sha256,
                date=read_date(date),
                encoding=self.decoded.encoding,
                author=read_names(find_first(row, AUTHORS)),
                url=read_address(find_first(row, ADDRESSES)),
                language=read_language(find_first(row, LANGUAGES)),
            )
        )

    def _check(self, name: str, text: object, column: str, place: str) -> None:
        if len(name) > _LONGEST_ID:
            raise UnreadableDocument(
                place, f"has an id of {len(name):,} characters", f"give it {_LONGEST_ID} at most"
            )
        if name in self.seen:
            raise UnreadableDocument(
                place, f"repeats the id {name!r}", "give each row an id of its own"
            )
        if not isinstance(text, str):
            raise UnreadableDocument(
                place,
                f"has no {column!r} that is a string",
                f"give each row a {column!r}, or name another column with --text-column",
            )
        if not text.strip():
            raise UnreadableDocument(place, "is empty", f"fill its {column!r}, or take the row out")

    def finish(self) -> Iterator[Document | UnreadableDocument]:
        """All of them, the notices with the first document."""
        notices = (*self.decoded.notices, *self._describe_undated())
        for item in self.items:
            if notices and isinstance(item, Document):
                item, notices = replace(item, notices=notices), ()
            yield item

    def _describe_undated(self) -> Iterator[str]:
        if self.undated:
            count = len(self.undated)
            more = " and more" if count > _MOST_SHOWN else ""
            yield (
                f"dates that are not {DATE_FORM}, were left out in {count:,} "
                f"row{'' if count == 1 else 's'}: "
                f"{', '.join(self.undated[:_MOST_SHOWN])}{more}"
            )
