"""The tables of the store: how records become rows, and rows records again."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from embeddings.index.placing import Placing
from embeddings.records import Cut, Fold, IndexContents, Passage, Span, hash_text

_SCHEMA = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY, number INTEGER, file TEXT, source TEXT, title TEXT, language TEXT,
    date TEXT, characters INTEGER, passages INTEGER, sha256 TEXT, encoding TEXT,
    author TEXT, url TEXT, extractor TEXT, text_sha256 TEXT, notices TEXT,
    headings TEXT, marks TEXT, text TEXT
) WITHOUT ROWID;
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE, document_id TEXT,
    "start" INTEGER, "end" INTEGER, text TEXT, sentences TEXT,
    heading TEXT, language TEXT, page INTEGER, comment INTEGER
);
CREATE TABLE folds (
    id TEXT PRIMARY KEY, into_number INTEGER, document_id TEXT,
    "start" INTEGER, "end" INTEGER, text TEXT, sentences TEXT,
    heading TEXT, language TEXT, page INTEGER, comment INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX documents_by_source ON documents (source, date, number);
CREATE INDEX passages_by_document ON passages (document_id, "start");
CREATE INDEX folds_by_document ON folds (document_id, "start");
CREATE INDEX folds_by_passage ON folds (into_number);
"""
SUMMARY = "id, source, title, language, date, characters, passages, file"
PASSAGE = 'id, document_id, "start", "end", text, sentences, heading, language, page, comment'
OF_DOCUMENT = (
    "file",
    "source",
    "text",
    "sha256",
    "date",
    "encoding",
    "author",
    "url",
    "extractor",
)


def write_store(path: Path, contents: IndexContents, placing: Placing) -> dict[str, int]:
    """Write the database file at once; it must not exist yet. The number of each document."""
    counts = placing.count_passages()
    into = placing.find_numbers([fold.into for fold in contents.folds]).tolist()
    numbers: dict[str, int] = {}

    def describe(cut: Cut) -> tuple[object, ...]:
        numbers[cut.document.id] = len(numbers)
        return document_row(cut, len(numbers) - 1, counts.get(cut.document.id, 0))

    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        for statement in _SCHEMA.split(";"):
            database.execute(statement)
        database.executemany(
            f"INSERT INTO documents VALUES ({', '.join('?' * 19)})",  # nosec B608  # marks alone
            map(describe, contents.cuts),
        )
        database.executemany(
            f"INSERT INTO passages VALUES ({', '.join('?' * 11)})",  # nosec B608  # marks alone
            ((i, *passage_row(passage)) for i, passage in enumerate(contents.passages)),
        )
        database.executemany(
            f"INSERT INTO folds VALUES ({', '.join('?' * 11)})",  # nosec B608  # marks alone
            map(fold_row, contents.folds, into),
        )
        database.execute("COMMIT")
    return numbers


def document_row(cut: Cut, number: int, passages: int) -> tuple[object, ...]:
    """The columns of a document, in the order of the table."""
    document = cut.document
    return (
        document.id,
        number,
        document.file,
        document.source,
        cut.title,
        cut.language,
        document.date,
        len(document.text),
        passages,
        document.sha256,
        document.encoding,
        document.author,
        document.url,
        document.extractor,
        hash_text(document.text),
        json.dumps(document.notices),
        pack_spans(cut.headings),
        json.dumps([(mark.start, mark.end, mark.reason) for mark in cut.marks]),
        document.text,
    )


def passage_row(passage: Passage) -> tuple[object, ...]:
    """The columns of a passage but its number, as PASSAGE names them."""
    return (
        passage.id,
        passage.document_id,
        passage.start,
        passage.end,
        passage.text,
        pack_spans(passage.sentences),
        passage.heading,
        passage.language,
        passage.page,
        passage.comment,
    )


def fold_row(fold: Fold, into_number: int) -> tuple[object, ...]:
    """The columns of a fold, in the order of the table."""
    passage_id, *rest = passage_row(fold.passage)
    return (passage_id, into_number, *rest)


def pack_spans(spans: Iterable[Span]) -> str:
    return json.dumps([(span.start, span.end) for span in spans])


def unpack_spans(packed: str) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in json.loads(packed))


def make_passage(row: Sequence[object]) -> Passage:
    fields: list[object] = list(row)
    fields[5], fields[9] = unpack_spans(str(fields[5])), bool(fields[9])
    return Passage(*fields)  # type: ignore[arg-type]  # the columns are in the order of the fields
