"""What all processes of a server must know of those who ask: a small database that they share.

It lives as long as the server: in memory where there is one process, else in a folder of its own.
A process that is killed in the middle of a change leaves none (WAL); a power cut ends it with the
server, so nothing is synced.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST_WAIT = 5  # seconds, for another process's change, which takes microseconds
_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS asked (
    kind TEXT, who TEXT, remaining REAL, since REAL, PRIMARY KEY (kind, who)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS asked_since ON asked (since);
CREATE TABLE IF NOT EXISTS sessions (
    token BLOB PRIMARY KEY, key_sha256 TEXT, ends REAL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS said (what TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Ledger:
    """Used by one thread of each process at a time."""

    def __init__(self, path: Path | None = None) -> None:
        self._database = sqlite3.connect(
            path or ":memory:",
            isolation_level=None,
            check_same_thread=False,
            timeout=_LONGEST_WAIT,
        )
        self._database.executescript(_TABLES)

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """The database, for this process alone; what an error interrupts is not kept."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def find(self, query: str, *values: object) -> tuple[object, ...] | None:
        """The first row of what is asked for."""
        row: tuple[object, ...] | None = self._database.execute(query, values).fetchone()
        return row

    def note(self, what: str) -> None:
        """Say something once and for all."""
        with self.changing() as database:
            database.execute("INSERT OR IGNORE INTO said VALUES (?)", (what,))

    def is_noted(self, what: str) -> bool:
        return self.find("SELECT 1 FROM said WHERE what = ?", what) is not None

    def close(self) -> None:
        self._database.close()
