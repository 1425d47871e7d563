"""Documents and passages in SQLite, read by any number of threads."""

import json
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np

from embeddings.index.filtering import passes
from embeddings.index.tables import OF_DOCUMENT, PASSAGE, SUMMARY, make_passage, unpack_spans
from embeddings.records import (
    Cut,
    Document,
    DocumentSummary,
    Filter,
    Fold,
    Mark,
    Numbers,
    Passage,
    Place,
    Span,
    StoredDocument,
    StoredPassage,
)

_MOST_VARIABLES = 500


class Store:
    """Reads a finished database, each call over a read-only connection that is free just then."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._free: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        # A Store that was swapped out is closed when the last request over it has gone.
        weakref.finalize(self, _close_all, self._free)
        self.passage_count = int(self._rows("SELECT count(*) FROM passages")[0][0])

    def _rows(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        try:
            database = self._free.get_nowait()
        except Empty:
            database = sqlite3.connect(self._uri, uri=True, check_same_thread=False)
            database.create_function("passes", 7, _passes, deterministic=True)
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

    def cuts(self) -> Iterator[Cut]:
        """Every document as it was taken apart, by source, its folded passages in their places."""
        own: dict[str, list[Passage]] = {}
        for table in ("passages", "folds"):
            for row in self._rows(f"SELECT {PASSAGE} FROM {table}"):  # nosec B608  # our own columns
                own.setdefault(str(row[1]), []).append(make_passage(row))
        columns = ", ".join(OF_DOCUMENT)
        for *fields, notices, title, language, headings, marks, id in self._rows(
            f"SELECT {columns}, notices, title, language, headings, marks, id"  # nosec B608  # our own columns
            " FROM documents ORDER BY source"
        ):
            passages = sorted(own.get(id, ()), key=lambda passage: passage.start)
            known = dict(zip(OF_DOCUMENT, fields, strict=True))
            yield Cut(
                document=Document(**known, notices=tuple(json.loads(notices))),
                title=title,
                language=language,
                passages=tuple(passages),
                headings=unpack_spans(headings),
                marks=tuple(Mark(*mark) for mark in json.loads(marks)),
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

    def allowed(self, filter: Filter) -> Numbers:
        """The numbers of the passages that a filter lets through, ascending."""
        wanted = (filter.source, filter.language, filter.after, filter.before)
        test = "passes(?1, ?2, ?3, ?4, d.source, x.language, d.date)"
        rows = self._rows(
            "SELECT x.number FROM passages x JOIN documents d ON d.id = x.document_id"  # nosec B608  # our own columns
            f" WHERE {test} UNION"
            " SELECT x.into_number FROM folds x JOIN documents d ON d.id = x.document_id"
            f" WHERE {test} ORDER BY 1",
            wanted,
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def texts(self, start: int, end: int) -> Iterator[tuple[str, tuple[Span, ...]]]:
        """Text and sentences of the passages with these numbers, in their order."""
        statement = "SELECT text, sentences FROM passages WHERE number >= ? AND number < ?"
        for text, sentences in self._rows(f"{statement} ORDER BY number", (start, end)):
            yield text, unpack_spans(sentences)


def _passes(
    wanted_source: str | None,
    wanted_language: str | None,
    after: str | None,
    before: str | None,
    source: str,
    language: str | None,
    date: str | None,
) -> bool:
    return passes(Filter(wanted_source, wanted_language, after, before), source, language, date)


def _batches(numbers: Sequence[int]) -> Iterator[list[int]]:
    plain = [int(number) for number in numbers]
    for i in range(0, len(plain), _MOST_VARIABLES):
        yield plain[i : i + _MOST_VARIABLES]


def _close_all(free: SimpleQueue[sqlite3.Connection]) -> None:
    while not free.empty():
        free.get_nowait().close()
