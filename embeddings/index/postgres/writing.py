"""The write side: tables of a build, filled and finished aside, made live in one transaction."""

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress

from embeddings.errors import IndexDamaged
from embeddings.index import VectorFacts
from embeddings.index.postgres.client import Session
from embeddings.index.postgres.graphs import FLAT, make_graphs
from embeddings.index.postgres.registry import Registry
from embeddings.index.postgres.rows import Rows
from embeddings.index.postgres.schema import KEYS, Tables, list_columns
from embeddings.manifest import REPAIR, Manifest, pack_manifest
from embeddings.records import IndexContents

_SETTINGS = (
    # Unless those who run the server have said how much it is to be.
    "SELECT set_config('maintenance_work_mem', '1GB', false) FROM pg_catalog.pg_settings"
    " WHERE name = 'maintenance_work_mem' AND source = 'default'",
    "SET client_min_messages = warning",
    # Else the server goes on with what a killed build asked for last, and keeps its lock, for as
    # long as that takes. There are platforms where it cannot look.
    "DO $$ BEGIN SET client_connection_check_interval = '2s';"
    " EXCEPTION WHEN OTHERS THEN NULL; END $$",
)


class DatabaseWriter:
    """Writes one build over the session that holds the lock of the schema."""

    def __init__(self, session: Session, schema: str, kept: int, flat: int = FLAT) -> None:
        self._session = session
        self._registry = Registry(session, schema)
        self._schema = schema
        self._kept = kept
        self._flat = flat
        self._build = ""

    @property
    def _tables(self) -> Tables:
        return Tables(self._schema, self._build)

    def begin(self) -> str:
        # By the clock of the database: their order is that of builds from any machine.
        now = self._session.fetch(
            "SELECT to_char(clock_timestamp() AT TIME ZONE 'utc', 'YYYYMMDD\"T\"HH24MISSMS')"
        )
        self._build = f"{now[0][0]}-{secrets.token_hex(3)}"
        for statement in _SETTINGS:
            self._session.execute(statement)
        self._registry.sweep(self._kept)
        self._registry.add(self._build)
        return self._build

    def add(self, contents: IndexContents, least_recall: float) -> Mapping[str, VectorFacts]:
        tables, rows = self._tables, Rows(contents)
        with self._session.transaction():
            for statement in tables.create(contents.passage_vectors.shape[1]):
                self._session.execute(statement)
            for name in KEYS:  # documents first: `Rows` says so
                self._session.copy(tables[name], list_columns(name), getattr(rows, name)())
        for statement in tables.finish():
            self._session.execute(statement)
        facts = make_graphs(self._session, tables, contents, least_recall, self._flat)
        for statement in tables.analyze():
            self._session.execute(statement)
        return facts

    def describe(self) -> Mapping[str, Mapping[str, object]]:
        """Bytes and hash of each table, read back from the database in the order of its key."""
        return describe_tables(self._session, self._tables)

    def verify(self, manifest: Manifest) -> None:
        """Write the manifest, and read it back. The tables were when they were described."""
        data = pack_manifest(manifest)
        self._registry.record(self._build, data, hashlib.sha256(data).hexdigest())
        if self._registry.read(self._build) != data:
            raise IndexDamaged(f"the manifest of {self._build} is not as it was written", REPAIR)

    def publish(self) -> None:
        self._registry.publish(self._build)
        self._build = ""

    def rollback(self) -> None:
        """Remove what was written, unless it was published. What cannot be is swept later."""
        if self._build:
            with suppress(Exception):  # the connection may be what was lost
                self._registry.forget(self._build, finished=False)
            self._build = ""


def describe_tables(session: Session, tables: Tables) -> dict[str, dict[str, object]]:
    """Bytes and hash of each table of a build, as binary COPY gives it, in the order of its key."""
    found: dict[str, dict[str, object]] = {}
    for name, key in KEYS.items():
        digest, size = hashlib.sha256(), 0
        statement = f"SELECT * FROM {tables[name]} ORDER BY {key}"  # nosec B608  # our own names
        for part in session.read_out(statement):
            digest.update(part)
            size += len(part)
        found[name] = {"size": size, "sha256": digest.hexdigest()}
    return found
