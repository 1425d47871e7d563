"""What all processes of a server must know of those who ask: a small database that they share.

It lives as long as the server: in memory where there is one process, else in a folder of its own.
A process that is killed in the middle of a change leaves none (WAL); a power cut ends it with the
server, so nothing is synced.
"""

import logging
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.errors import LedgerFailed

_LOG = logging.getLogger("winnow")
_LONGEST_WAIT = 0.5  # seconds, for another process's change, which takes microseconds
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
    """Used by one thread of each process at a time. Whatever it is asked may raise LedgerFailed."""

    def __init__(self, path: Path | None = None) -> None:
        self._database = sqlite3.connect(
            path or ":memory:",
            isolation_level=None,
            check_same_thread=False,
            timeout=_LONGEST_WAIT,
        )
        weakref.finalize(self, self._database.close)
        self._database.executescript(_TABLES)

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """The database, for this process alone; what an error interrupts is not kept."""
        with _telling():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def find(self, query: str, *values: object) -> tuple[object, ...] | None:
        """The first row of what is asked for."""
        with _telling():
            row: tuple[object, ...] | None = self._database.execute(query, values).fetchone()
        return row

    def note(self, what: str) -> None:
        """Say something once and for all."""
        with self.changing() as database:
            database.execute("INSERT OR IGNORE INTO said VALUES (?)", (what,))

    def is_noted(self, what: str) -> bool:
        return self.find("SELECT 1 FROM said WHERE what = ?", what) is not None


@contextmanager
def _telling() -> Iterator[None]:
    """Have the asker come again, and the log say why."""
    try:
        yield
    except sqlite3.Error as error:
        _LOG.error("the server's own notes of who asks: %s", error)
        raise LedgerFailed(
            "the server cannot read or write its own notes of who asks",
            "ask again in a few seconds; see the server's log",
        ) from error
