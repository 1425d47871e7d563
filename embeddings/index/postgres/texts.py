"""Documents and passages as the database gives them back."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from embeddings.index.filtering import Standing, passes
from embeddings.index.places import COLUMNS, Places
from embeddings.index.postgres.client import Row
from embeddings.index.postgres.reading import BuildReader
from embeddings.index.postgres.rows import (
    read_passage,
    read_places,
    read_stored,
    unescape_all,
)
from embeddings.index.postgres.schema import unescape
from embeddings.index.tables import OF_DOCUMENT, PASSAGE, SUMMARY, unpack_spans
from embeddings.records import (
    Cut,
    Document,
    DocumentSummary,
    Filter,
    Fold,
    Mark,
    Mask,
    Passage,
    StoredDocument,
    StoredPassage,
)

_ROWS_AT_ONCE = 2000
_CUTS_AT_ONCE = 64
_STORED = f"number, {PASSAGE}, title, source, date, author, url, also_in"
_DOCUMENT = "text, sha256, encoding, author, url, extractor, text_sha256, notices, headings, marks"


class Texts:
    """Reads the tables of one build, which nothing changes."""

    def __init__(self, reader: BuildReader, documents: int, passages: int) -> None:
        self._reader = reader
        self._tables = reader.tables
        self._documents = documents
        self._passages = passages

    def read(self, numbers: Sequence[int]) -> list[StoredPassage]:
        wanted = [int(number) for number in numbers]
        rows = self._reader.ask_one(
            f"SELECT {_STORED} FROM {self._tables['passages']}"  # nosec B608  # our own columns
            " WHERE number = ANY($1::int[])",
            wanted,
        )
        found = {row[0]: read_stored(row) for row in rows}
        return [found[number] for number in wanted]

    def standings(self, numbers: Sequence[int]) -> list[tuple[Standing, ...]]:
        """Of each passage, and behind it of each of its repeats. Reads no text."""
        wanted = [int(number) for number in numbers]
        rows = self._reader.ask_one(
            f"SELECT number, source, language, date, also_in FROM {self._tables['passages']}"  # nosec B608  # our own columns
            " WHERE number = ANY($1::int[])",
            wanted,
        )
        found = {}
        for number, source, language, date, also_in in rows:
            own = Standing(unescape(source), language, date)
            others = (Standing(one.source, one.language, one.date) for one in read_places(also_in))
            found[number] = (own, *others)
        return [found[number] for number in wanted]

    def find(self, passage_id: str) -> StoredPassage | None:
        own, folded = self._reader.ask(
            [
                (f"SELECT number FROM {self._tables['passages']} WHERE id = $1", (passage_id,)),  # nosec B608  # our own names
                (f"SELECT into_number FROM {self._tables['folds']} WHERE id = $1", (passage_id,)),  # nosec B608  # our own names
            ]
        )
        rows = [*own, *folded]
        return self.read([rows[0][0]])[0] if rows else None

    def documents(self, offset: int, limit: int) -> tuple[int, list[DocumentSummary]]:
        rows = self._reader.ask_one(
            f"SELECT {SUMMARY} FROM {self._tables['documents']}"  # nosec B608  # our own columns
            " ORDER BY source LIMIT $1 OFFSET $2",
            limit,
            offset,
        )
        return self._documents, [DocumentSummary(*unescape_all(row)) for row in rows]

    def document(self, document_id: str) -> StoredDocument | None:
        documents, passages, folds = self._reader.ask(
            [
                (
                    f"SELECT {_DOCUMENT}, {SUMMARY} FROM {self._tables['documents']}"  # nosec B608  # our own columns
                    " WHERE id = $1",
                    (document_id,),
                ),
                (
                    f"SELECT {PASSAGE} FROM {self._tables['passages']}"  # nosec B608  # our own columns
                    ' WHERE document_id = $1 ORDER BY "start"',
                    (document_id,),
                ),
                (
                    f"SELECT into_id, {PASSAGE} FROM {self._tables['folds']}"  # nosec B608  # our own columns
                    ' WHERE document_id = $1 ORDER BY "start"',
                    (document_id,),
                ),
            ]
        )
        if not documents:
            return None
        text, sha256, encoding, author, url, extractor, text_sha256, *rest = unescape_all(
            documents[0]
        )
        notices, headings, marks, *summary = rest
        return StoredDocument(
            summary=DocumentSummary(*summary),
            text=text,
            sha256=sha256,
            encoding=encoding,
            passages=tuple(map(read_passage, passages)),
            folds=tuple(Fold(read_passage(row), into) for into, *row in folds),
            headings=unpack_spans(headings),
            marks=tuple(Mark(*mark) for mark in json.loads(marks)),
            author=author,
            url=url,
            extractor=extractor,
            text_sha256=text_sha256,
            notices=tuple(json.loads(notices)),
        )

    def files(self) -> Iterator[tuple[str, str]]:
        """File and id of every document, by source."""
        # By the source and not by an offset, which would count all rows before it each time.
        for source, file, id in self._page("source", "source, file, id", "documents"):
            del source
            yield unescape(file), id

    def document_texts(self) -> Iterator[str]:
        for _, text in self._page("id", "id, text", "documents", _CUTS_AT_ONCE):
            yield unescape(text)

    def _page(
        self, key: str, columns: str, table: str, at_once: int = _ROWS_AT_ONCE
    ) -> Iterator[Row]:
        """All rows of a table by a key of text that is named first, some at a time."""
        after = ""
        while rows := self._reader.ask_one(
            f"SELECT {columns} FROM {self._tables[table]}"  # nosec B608  # our own columns
            f" WHERE {key} > $1 ORDER BY {key} LIMIT {at_once}",
            after,
        ):
            yield from rows
            after = rows[-1][0]

    def cuts(self, document_ids: Sequence[str]) -> Iterator[Cut]:
        """These documents as they were taken apart, folded passages in their places."""
        for start in range(0, len(document_ids), _CUTS_AT_ONCE):
            some = list(document_ids[start : start + _CUTS_AT_ONCE])
            found = {cut.document.id: cut for cut in self._cut_some(some)}
            yield from (found[id] for id in some)

    def _cut_some(self, ids: list[str]) -> Iterator[Cut]:
        documents, *others = self._reader.ask(
            [
                (
                    f"SELECT {', '.join(OF_DOCUMENT)}, notices, title, language, headings, marks,"  # nosec B608  # our own columns
                    f" id FROM {self._tables['documents']} WHERE id = ANY($1::text[])",
                    (ids,),
                ),
                *(
                    (
                        f"SELECT {PASSAGE} FROM {self._tables[name]}"  # nosec B608  # our own columns
                        " WHERE document_id = ANY($1::text[])",
                        (ids,),
                    )
                    for name in ("passages", "folds")
                ),
            ]
        )
        own: dict[str, list[Passage]] = {}
        for row in (row for rows in others for row in rows):
            own.setdefault(row[1], []).append(read_passage(row))
        for row in documents:
            *fields, notices, title, language, headings, set_aside, id = unescape_all(row)
            passages = sorted(own.get(id, ()), key=lambda passage: passage.start)
            known: dict[str, Any] = dict(zip(OF_DOCUMENT, fields, strict=True))
            yield Cut(
                document=Document(**known, notices=tuple(json.loads(notices))),
                title=title,
                language=language,
                passages=tuple(passages),
                headings=unpack_spans(headings),
                marks=tuple(Mark(*mark) for mark in json.loads(set_aside)),
            )

    def documents_passing(self, filter: Filter) -> Mask | None:
        """Which documents a filter lets through, by number; None where it speaks of none."""
        if not (filter.source or filter.after or filter.before):
            return None
        wanted = Filter(filter.source, None, filter.after, filter.before)
        passing = np.zeros(self._documents, dtype=np.bool_)
        rows = self._reader.ask_one(f"SELECT number, source, date FROM {self._tables['documents']}")  # nosec B608  # our own names
        passing[[n for n, source, date in rows if passes(wanted, unescape(source), None, date)]] = (
            True
        )
        return passing

    def places(self) -> Places:
        """Where each passage stands."""
        statement = f"SELECT places, languages FROM {self._tables['places']} ORDER BY part"  # nosec B608  # our own names
        rows = self._reader.ask_one(statement)
        places = np.frombuffer(b"".join(row[0] for row in rows), dtype=COLUMNS)
        return Places(places, json.loads(rows[0][1]), self._passages)
