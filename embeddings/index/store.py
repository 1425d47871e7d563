"""Documents and passages in SQLite, read by any number of threads."""

import json
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

from embeddings.index.filtering import Standing, passes
from embeddings.index.tables import OF_DOCUMENT, PASSAGE, SUMMARY, make_passage, unpack_spans
from embeddings.records import (
    Cut,
    Document,
    DocumentSummary,
    Filter,
    Fold,
    Mark,
    Mask,
    Passage,
    Place,
    Span,
    StoredDocument,
    StoredPassage,
)

_MOST_VARIABLES = 500
_CUTS_AT_ONCE = 64


class Store:
    """Reads a finished database, each call over a read-only connection that is free just then."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._free: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        # A Store that was swapped out is closed when the last request over it has gone.
        weakref.finalize(self, _close_all, self._free)
        self.passage_count = int(self._rows("SELECT count(*) FROM passages")[0][0])
        self._document_count = int(self._rows("SELECT count(*) FROM documents")[0][0])

    def _rows(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        try:
            database = self._free.get_nowait()
        except Empty:
            database = sqlite3.connect(self._uri, uri=True, check_same_thread=False)
            database.create_function("passes", 5, _passes, deterministic=True)
        try:
            return list(database.execute(statement, parameters))
        finally:
            self._free.put(database)

    def close(self) -> None:
        _close_all(self._free)

    def read(self, numbers: Sequence[int]) -> list[StoredPassage]:
        found = {
            stored.number: stored for some in _batches(numbers) for stored in self._read_some(some)
        }
        return [found[int(number)] for number in numbers]

    def _read_some(self, numbers: Sequence[int]) -> Iterator[StoredPassage]:
        marks = ", ".join("?" * len(numbers))
        also_in: dict[int, list[Place]] = {}
        for number, *place in self._rows(
            'SELECT f.into_number, f.id, d.id, d.title, d.source, f."start", f."end",'  # nosec B608  # our own columns
            " f.language, d.date FROM folds f JOIN documents d ON d.id = f.document_id"
            f' WHERE f.into_number IN ({marks}) ORDER BY d.source, f."start"',
            numbers,
        ):
            also_in.setdefault(number, []).append(Place(*place))
        columns = ", ".join(f"p.{name.strip()}" for name in PASSAGE.split(","))
        for number, title, source, date, author, url, *row in self._rows(
            f"SELECT p.number, d.title, d.source, d.date, d.author, d.url, {columns}"  # nosec B608  # our own columns
            " FROM passages p JOIN documents d ON d.id = p.document_id"
            f" WHERE p.number IN ({marks})",
            numbers,
        ):
            places = tuple(also_in.get(number, ()))
            yield StoredPassage(number, make_passage(row), title, source, date, places, author, url)

    def standings(self, numbers: Sequence[int]) -> list[tuple[Standing, ...]]:
        """Of each passage, and behind it of each of its repeats. Reads no text."""
        found: dict[int, list[Standing]] = {}
        for some in _batches(numbers):
            marks = ", ".join("?" * len(some))
            for table, number, order in (
                ("passages", "number", ""),
                ("folds", "into_number", 'ORDER BY d.source, x."start"'),
            ):
                for place, *standing in self._rows(
                    f"SELECT x.{number}, d.source, x.language, d.date FROM {table} x"  # nosec B608  # our own columns
                    f" JOIN documents d ON d.id = x.document_id WHERE x.{number} IN ({marks})"
                    f" {order}",
                    some,
                ):
                    found.setdefault(place, []).append(Standing(*standing))
        return [tuple(found[int(number)]) for number in numbers]

    def find(self, passage_id: str) -> StoredPassage | None:
        rows = self._rows(
            "SELECT number FROM passages WHERE id = ?"
            " UNION SELECT into_number FROM folds WHERE id = ?",
            (passage_id, passage_id),
        )
        return self.read([rows[0][0]])[0] if rows else None

    def documents(self, offset: int, limit: int) -> tuple[int, list[DocumentSummary]]:
        rows = self._rows(
            f"SELECT {SUMMARY} FROM documents ORDER BY source LIMIT ? OFFSET ?",  # nosec B608  # our own columns
            (limit, offset),
        )
        (count,) = self._rows("SELECT count(*) FROM documents")[0]
        return count, [DocumentSummary(*row) for row in rows]

    def document(self, document_id: str) -> StoredDocument | None:
        rows = self._rows(
            "SELECT text, sha256, encoding, author, url, extractor, text_sha256, notices,"  # nosec B608  # our own columns
            f" headings, marks, {SUMMARY} FROM documents WHERE id = ?",
            (document_id,),
        )
        if not rows:
            return None
        text, sha256, encoding, author, url, extractor, text_sha256, *rest = rows[0]
        notices, headings, marks, *summary = rest
        return StoredDocument(
            summary=DocumentSummary(*summary),
            text=text,
            sha256=sha256,
            encoding=encoding,
            passages=self._passages_of(document_id),
            folds=self._folds_of(document_id),
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
        return self._stream("SELECT file, id FROM documents ORDER BY source")

    def document_texts(self) -> Iterator[str]:
        for (text,) in self._stream("SELECT text FROM documents"):
            yield text

    def _stream(self, statement: str) -> Iterator[Any]:
        """Rows as they are asked for, over a connection of their own."""
        with closing(sqlite3.connect(self._uri, uri=True, check_same_thread=False)) as database:
            yield from database.execute(statement)

    def cuts(self, document_ids: Sequence[str]) -> Iterator[Cut]:
        """These documents as they were taken apart, folded passages in their places."""
        for start in range(0, len(document_ids), _CUTS_AT_ONCE):
            some = document_ids[start : start + _CUTS_AT_ONCE]
            found = {cut.document.id: cut for cut in self._cut_some(some)}
            yield from (found[id] for id in some)

    def _cut_some(self, ids: Sequence[str]) -> Iterator[Cut]:
        marks = ", ".join("?" * len(ids))
        own: dict[str, list[Passage]] = {}
        for table in ("passages", "folds"):
            statement = f"SELECT {PASSAGE} FROM {table} WHERE document_id IN ({marks})"  # nosec B608  # our own columns
            for row in self._rows(statement, ids):
                own.setdefault(str(row[1]), []).append(make_passage(row))
        columns = ", ".join(OF_DOCUMENT)
        for *fields, notices, title, language, headings, set_aside, id in self._rows(
            f"SELECT {columns}, notices, title, language, headings, marks, id"  # nosec B608  # our own columns
            f" FROM documents WHERE id IN ({marks})",
            ids,
        ):
            passages = sorted(own.get(id, ()), key=lambda passage: passage.start)
            known = dict(zip(OF_DOCUMENT, fields, strict=True))
            yield Cut(
                document=Document(**known, notices=tuple(json.loads(notices))),
                title=title,
                language=language,
                passages=tuple(passages),
                headings=unpack_spans(headings),
                marks=tuple(Mark(*mark) for mark in json.loads(set_aside)),
            )

    def _passages_of(self, document_id: str) -> tuple[Passage, ...]:
        statement = f'SELECT {PASSAGE} FROM passages WHERE document_id = ? ORDER BY "start"'  # nosec B608  # our own columns
        return tuple(make_passage(row) for row in self._rows(statement, (document_id,)))

    def _folds_of(self, document_id: str) -> tuple[Fold, ...]:
        columns = ", ".join(f"f.{name.strip()}" for name in PASSAGE.split(","))
        rows = self._rows(
            f"SELECT p.id, {columns} FROM folds f JOIN passages p ON p.number = f.into_number"  # nosec B608  # our own columns
            ' WHERE f.document_id = ? ORDER BY f."start"',
            (document_id,),
        )
        return tuple(Fold(make_passage(row), into) for into, *row in rows)

    def documents_passing(self, filter: Filter) -> Mask | None:
        """Which documents a filter lets through, by number; None where it speaks of none."""
        if not (filter.source or filter.after or filter.before):
            return None
        passing = np.zeros(self._document_count, dtype=np.bool_)
        # All that is asked for stands in the index on (source, date, number).
        rows = self._rows(
            "SELECT number FROM documents INDEXED BY documents_by_source"
            " WHERE passes(?, ?, ?, source, date)",
            (filter.source, filter.after, filter.before),
        )
        passing[[number for (number,) in rows]] = True
        return passing

    def texts(self, start: int, end: int) -> Iterator[tuple[str, tuple[Span, ...]]]:
        """Text and sentences of the passages with these numbers, in their order."""
        statement = "SELECT text, sentences FROM passages WHERE number >= ? AND number < ?"
        for text, sentences in self._rows(f"{statement} ORDER BY number", (start, end)):
            yield text, unpack_spans(sentences)


def _passes(
    wanted_source: str | None,
    after: str | None,
    before: str | None,
    source: str,
    date: str | None,
) -> bool:
    return passes(Filter(wanted_source, None, after, before), source, None, date)


def _batches(numbers: Sequence[int]) -> Iterator[list[int]]:
    plain = [int(number) for number in numbers]
    for i in range(0, len(plain), _MOST_VARIABLES):
        yield plain[i : i + _MOST_VARIABLES]


def _close_all(free: SimpleQueue[sqlite3.Connection]) -> None:
    while not free.empty():
        free.get_nowait().close()
