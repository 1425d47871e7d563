"""What lies in the schema: the registry of builds, and the tables of each build.

Each table of a build has one column by which Citus may spread it: that of `KEYS` named first. A
search names one table a statement, and joins nothing.
"""

import re
from collections.abc import Mapping

VERSION = 1
MIGRATIONS = (
    # Version 1. `turn` counts what was made live, so that a standby which is behind is known.
    (
        "CREATE TABLE {schema}.builds (id text PRIMARY KEY, manifest bytea, sha256 text,"
        " finished boolean NOT NULL DEFAULT false)",
        "CREATE TABLE {schema}.live (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),"
        " build text NOT NULL, turn bigint NOT NULL)",
    ),
)
"""Statements that take the registry from each version to the next."""

_PASSAGE = """ id text NOT NULL, document_id text NOT NULL, "start" int NOT NULL,
 "end" int NOT NULL, text text NOT NULL, sentences text NOT NULL, heading text, language text,
 page int, comment boolean NOT NULL"""
_TABLES: Mapping[str, str] = {
    "documents": """ id text NOT NULL, number int NOT NULL, file text, source text COLLATE "C",
 title text, language text, date text, characters int, passages int, sha256 text, encoding text,
 author text, url text, extractor text, text_sha256 text, notices text, headings text, marks text,
 text text""",
    # With what its document says of it and where else it stands: a hit is one row.
    "passages": f""" number int NOT NULL, {_PASSAGE}, title text, source text, date text,
 author text, url text, also_in text NOT NULL, before int NOT NULL, after int NOT NULL,
 x real NOT NULL, y real NOT NULL, words bytea NOT NULL, word_counts bytea NOT NULL,
 vector {{vector}} NOT NULL""",
    "folds": f""" into_number int NOT NULL, into_id text NOT NULL, {_PASSAGE}""",
    "sentences": " passage int NOT NULL, place int NOT NULL, vector {vector} NOT NULL",
    "terms": ' term text COLLATE "C" NOT NULL, slot int NOT NULL, passages int NOT NULL',
    # BM25 weights of a term, so many passages a row, in the order of their numbers.
    "postings": ' term text COLLATE "C" NOT NULL, part int NOT NULL, numbers bytea NOT NULL,'
    " weights bytea NOT NULL",
    # What `index/places.py` makes, so many places a row.
    "places": " part int NOT NULL, places bytea NOT NULL, languages text NOT NULL",
}
KEYS: Mapping[str, str] = {
    "documents": "id",
    "passages": "number",
    "folds": "id",
    "sentences": "passage, place",
    "terms": "term",
    "postings": "term, part",
    "places": "part",
}
"""The primary key of each table."""
_INDEXES = (
    ("documents", "source"),
    ("passages", "id"),
    ("passages", "document_id"),
    ("folds", "document_id"),
)
_ODD = re.compile("[\x00\x1a\ud800-\udfff]")
_ESCAPED = re.compile("\x1a([0-9a-f]{4})")


class Tables:
    """The names of the tables of one build, with the schema before them."""

    def __init__(self, schema: str, build: str) -> None:
        self._schema = schema
        self._build = build.lower().replace("-", "_")

    def __getitem__(self, name: str) -> str:
        return f"{self._schema}.{name}_{self._build}"

    @property
    def all(self) -> list[str]:
        return [self[name] for name in _TABLES]

    def create(self, dimension: int) -> list[str]:
        """Statements that make them, empty and without keys."""
        vector = f"halfvec({dimension})"
        return [
            f"CREATE TABLE {self[name]} ({columns.replace('{vector}', vector)})"
            for name, columns in _TABLES.items()
        ]

    def finish(self) -> list[str]:
        """Statements that give them keys, once they are full."""
        keys = [f"ALTER TABLE {self[name]} ADD PRIMARY KEY ({key})" for name, key in KEYS.items()]
        others = [f"CREATE INDEX ON {self[name]} ({column})" for name, column in _INDEXES]
        return [*keys, *others]

    def analyze(self) -> list[str]:
        """Statements that tell the database what is in them."""
        return [f"ANALYZE {self[name]}" for name in _TABLES]

    def drop(self) -> list[str]:
        """Statements that remove them."""
        return [f"DROP TABLE IF EXISTS {table}" for table in self.all]


def list_columns(name: str) -> list[str]:
    """The columns of a table, in their order."""
    text = _TABLES[name].replace('COLLATE "C"', "").replace("\n", " ")
    return [column.split()[0].strip('"') for column in text.split(",")]


def escape(text: str) -> str:
    """A text as PostgreSQL can hold it: it takes neither NUL nor half of a pair of surrogates."""
    return _ODD.sub(lambda found: f"\x1a{ord(found[0]):04x}", text)


def unescape(text: str) -> str:
    """What `escape` was given."""
    if "\x1a" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
