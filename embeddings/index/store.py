"""Documents and passages in SQLite: written once, then read by any number of threads."""

import json
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np

from embeddings.index.filtering import passes
from embeddings.records import (
    Cut,
    DocumentSummary,
    Filter,
    Fold,
    IndexContents,
    Mark,
    Numbers,
    Passage,
    Place,
    Span,
    StoredDocument,
    StoredPassage,
    hash_text,
)

_SCHEMA = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY, source TEXT UNIQUE, title TEXT, language TEXT, date TEXT,
    characters INTEGER, passages INTEGER, sha256 TEXT, encoding TEXT,
    author TEXT, url TEXT, extractor TEXT, text_sha256 TEXT, notices TEXT,
    headings TEXT, marks TEXT, text TEXT
) WITHOUT ROWID;
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE, document_id TEXT,
    "start" INTEGER, "end" INTEGER, text TEXT, sentences TEXT,
    heading TEXT, language TEXT, page INTEGER
);
CREATE TABLE folds (
    id TEXT PRIMARY KEY, into_number INTEGER, document_id TEXT,
    "start" INTEGER, "end" INTEGER, text TEXT, sentences TEXT,
    heading TEXT, language TEXT, page INTEGER
) WITHOUT ROWID;
CREATE INDEX passages_by_document ON passages (document_id, "start");
CREATE INDEX folds_by_document ON folds (document_id, "start");
CREATE INDEX folds_by_passage ON folds (into_number);
"""
_SUMMARY = "id, source, title, language, date, characters, passages"
_PASSAGE = 'id, document_id, "start", "end", text, sentences, heading, language, page'
_MOST_VARIABLES = 500


def write_store(path: Path, contents: IndexContents) -> None:
    """Write the database file at once; it must not exist yet."""
    number = {passage.id: i for i, passage in enumerate(contents.passages)}
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        for statement in _SCHEMA.split(";"):
            database.execute(statement)
        database.executemany(
            f"INSERT INTO documents VALUES ({', '.join('?' * 17)})",
            (_document_row(cut, number) for cut in contents.cuts),
        )
        database.executemany(
            f"INSERT INTO passages VALUES ({', '.join('?' * 10)})",
            ((number[p.id], *_passage_row(p)) for p in contents.passages),
        )
        database.executemany(
            f"INSERT INTO folds VALUES ({', '.join('?' * 10)})",
            (_fold_row(fold, number[fold.into]) for fold in contents.folds),
        )
        database.execute("COMMIT")


def _document_row(cut: Cut, number: dict[str, int]) -> tuple[object, ...]:
    document = cut.document
    return (
        document.id,
        document.source,
        cut.title,
        cut.language,
        document.date,
        len(document.text),
        sum(passage.id in number for passage in cut.passages),
        document.sha256,
        document.encoding,
        document.author,
        document.url,
        document.extractor,
        hash_text(document.text),
        json.dumps(document.notices),
        _pack(cut.headings),
        json.dumps([(mark.start, mark.end, mark.reason) for mark in cut.marks]),
        document.text,
    )


def _passage_row(passage: Passage) -> tuple[object, ...]:
    return (
        passage.id,
        passage.document_id,
        passage.start,
        passage.end,
        passage.text,
        _pack(passage.sentences),
        passage.heading,
        passage.language,
        passage.page,
    )


def _fold_row(fold: Fold, into_number: int) -> tuple[object, ...]:
    passage_id, *rest = _passage_row(fold.passage)
    return (passage_id, into_number, *rest)


def _pack(spans: Iterable[Span]) -> str:
    return json.dumps([(span.start, span.end) for span in spans])


def _unpack(packed: str) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in json.loads(packed))


def _passage(row: Sequence[object]) -> Passage:
    fields: list[object] = list(row)
    fields[5] = _unpack(str(fields[5]))
    return Passage(*fields)  # type: ignore[arg-type]  # the columns are in the order of the fields


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
            'SELECT f.into_number, f.id, d.id, d.title, d.source, f."start", f."end"'
            " FROM folds f JOIN documents d ON d.id = f.document_id"
            f' WHERE f.into_number IN ({marks}) ORDER BY d.source, f."start"',
            numbers,
        ):
            also_in.setdefault(number, []).append(Place(*place))
        columns = ", ".join(f"p.{name.strip()}" for name in _PASSAGE.split(","))
        for number, title, source, date, author, url, *row in self._rows(
            f"SELECT p.number, d.title, d.source, d.date, d.author, d.url, {columns}"
            " FROM passages p JOIN documents d ON d.id = p.document_id"
            f" WHERE p.number IN ({marks})",
            numbers,
        ):
            places = tuple(also_in.get(number, ()))
            yield StoredPassage(number, _passage(row), title, source, date, places, author, url)

    def find(self, passage_id: str) -> StoredPassage | None:
        rows = self._rows(
            "SELECT number FROM passages WHERE id = ?"
            " UNION SELECT into_number FROM folds WHERE id = ?",
            (passage_id, passage_id),
        )
        return self.read([rows[0][0]])[0] if rows else None

    def documents(self, offset: int, limit: int) -> tuple[int, list[DocumentSummary]]:
        rows = self._rows(
            f"SELECT {_SUMMARY} FROM documents ORDER BY source LIMIT ? OFFSET ?", (limit, offset)
        )
        (count,) = self._rows("SELECT count(*) FROM documents")[0]
        return count, [DocumentSummary(*row) for row in rows]

    def document(self, document_id: str) -> StoredDocument | None:
        rows = self._rows(
            "SELECT text, sha256, encoding, author, url, extractor, text_sha256, notices,"
            f" headings, marks, {_SUMMARY} FROM documents WHERE id = ?",
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
            headings=_unpack(headings),
            marks=tuple(Mark(*mark) for mark in json.loads(marks)),
            author=author,
            url=url,
            extractor=extractor,
            text_sha256=text_sha256,
            notices=tuple(json.loads(notices)),
        )

    def _passages_of(self, document_id: str) -> tuple[Passage, ...]:
        statement = f'SELECT {_PASSAGE} FROM passages WHERE document_id = ? ORDER BY "start"'
        return tuple(_passage(row) for row in self._rows(statement, (document_id,)))

    def _folds_of(self, document_id: str) -> tuple[Fold, ...]:
        columns = ", ".join(f"f.{name.strip()}" for name in _PASSAGE.split(","))
        rows = self._rows(
            f"SELECT p.id, {columns} FROM folds f JOIN passages p ON p.number = f.into_number"
            ' WHERE f.document_id = ? ORDER BY f."start"',
            (document_id,),
        )
        return tuple(Fold(_passage(row), into) for into, *row in rows)

    def allowed(self, filter: Filter) -> Numbers:
        """The numbers of the passages that a filter lets through, ascending."""
        wanted = (filter.source, filter.language, filter.after, filter.before)
        test = "passes(?1, ?2, ?3, ?4, d.source, x.language, d.date)"
        rows = self._rows(
            "SELECT x.number FROM passages x JOIN documents d ON d.id = x.document_id"
            f" WHERE {test} UNION"
            " SELECT x.into_number FROM folds x JOIN documents d ON d.id = x.document_id"
            f" WHERE {test} ORDER BY 1",
            wanted,
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def texts(self) -> Iterator[tuple[str, tuple[Span, ...]]]:
        """Text and sentences of every passage, by number."""
        for text, sentences in self._rows("SELECT text, sentences FROM passages ORDER BY number"):
            yield text, _unpack(sentences)


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
