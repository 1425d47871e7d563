"""The builds in one schema of a database, one of them live."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from embeddings.canary import open_checked
from embeddings.errors import ArtifactError, IndexBusy, IndexDamaged, IndexMissing, IndexUnreachable
from embeddings.index.postgres.client import Database, MissingTable, Row, Session
from embeddings.index.postgres.registry import Registry, check_version
from embeddings.index.postgres.schema import KEYS, Tables
from embeddings.index.postgres.stored_index import DatabaseIndex
from embeddings.index.postgres.writing import DatabaseWriter, describe_tables
from embeddings.manifest import REPAIR, Manifest, unpack_manifest

_LOCK = "hashtextextended('winnow ' || $1, 0)"
# What is read and encoded before anything is written may take hours.
_PATIENT = "SET idle_session_timeout = 0; SET idle_in_transaction_session_timeout = 0"
_LEAST_KEPT = 2  # the live one, and the one before: a server may still answer from it


class DatabaseBuilds:
    """Builds by the address of a database; it is asked when it is needed."""

    def __init__(self, address: str, workspace: Path, kept: int) -> None:
        self._database = Database(address)
        self._schema = self._database.schema
        self._kept = max(kept, _LEAST_KEPT)
        self._seen = (0, "")  # the turn at which the live build was made so, and its id
        self._looking = threading.Lock()
        self.workspace = workspace

    @property
    def place(self) -> str:
        return self._database.shown

    def live_id(self) -> str:
        return self.published_id()

    def published_id(self) -> str:
        """As the primary says. While none answers, as a standby says which is not behind."""
        statement = f"SELECT turn, build FROM {self._schema}.live"  # nosec B608  # our own names
        try:
            return self._see(self._database.ask_primary([(statement, ())])[0], earlier=(0, ""))
        except MissingTable as error:
            raise self._miss() from error
        except IndexUnreachable:
            return self._see(self._ask(statement), earlier=self._seen)

    def _see(self, rows: list[Row], earlier: tuple[int, str]) -> str:
        """The build that is live by these rows, unless a later one was seen earlier."""
        with self._looking:
            turn, build = max([earlier, *((int(row[0]), str(row[1])) for row in rows)])
            if not build:
                raise self._miss()
            self._seen = (turn, build)
            return build

    def finished(self) -> list[str]:
        rows = self._ask(
            f'SELECT id FROM {self._schema}.builds WHERE finished ORDER BY id COLLATE "C"'  # nosec B608  # our own names
        )
        return [build for (build,) in rows]

    def manifest(self, build: str | None = None) -> Manifest:
        return self._read_manifest(build or self.live_id())

    def _read_manifest(self, build: str) -> Manifest:
        place = f"{self.place}, build {build}"
        statement = (
            f"SELECT manifest, sha256 FROM {self._schema}.builds WHERE id = $1 AND finished",  # nosec B608  # our own names
            (build,),
        )
        rows = self._database.ask([statement])[0] or self._database.ask_primary([statement])[0]
        if not rows or rows[0][0] is None:
            raise IndexDamaged(f"{place} is not there", REPAIR)
        data, expected = rows[0]
        if hashlib.sha256(data).hexdigest() != expected:
            raise IndexDamaged(f"the manifest of {place} was altered: its hash differs", REPAIR)
        return unpack_manifest(data, place)

    def is_being_written(self) -> bool:
        """Whether a writer holds the lock. What cannot be asked just now is not."""
        statement = (
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            f" AND (classid::bigint << 32) | objid::bigint = {_LOCK}",  # nosec B608  # our own names
            (self._schema,),
        )
        try:
            return bool(self._database.ask_primary([statement])[0][0][0])
        except ArtifactError:
            return False

    def open(self, build: str | None = None) -> tuple[Manifest, DatabaseIndex]:
        """After quick checks: manifest hash, format, that its tables are there, a canary query."""
        self._database.check_fitness()
        self._check_version()
        manifest = self.manifest(build)
        self.check_files(manifest)
        place = f"{self.place}, build {manifest.build}"
        return manifest, open_checked(lambda: DatabaseIndex(self._database, manifest), place)

    def check_files(self, manifest: Manifest) -> None:
        tables = Tables(self._schema, manifest.build)
        try:  # a cast that fails, so that another server is asked where a standby is behind
            self._database.ask([("SELECT unnest($1::text[])::regclass", (tables.all,))])
        except MissingTable as error:
            raise IndexDamaged(
                f"{self.place}, build {manifest.build}, is not whole: {error}", REPAIR
            ) from error

    def verify(self, build: str | None = None) -> Manifest:
        """Read and hash every table of a build, and try it."""
        manifest, index = self.open(build)
        try:
            with self._database.session() as session:
                found = describe_tables(session, Tables(self._schema, manifest.build))
        except MissingTable as error:
            raise IndexDamaged(
                f"{self.place}, build {manifest.build}, is not whole: {error}", REPAIR
            ) from error
        for name in KEYS:
            if found[name] != manifest.files.get(name):
                raise IndexDamaged(
                    f"table {Tables(self._schema, manifest.build)[name]} of {self.place} was "
                    "altered: its hash differs",
                    REPAIR,
                )
        index.close()
        return manifest

    def rollback(self) -> str:
        """Judged by the primary, while no build can be published or swept."""
        live = self.live_id()
        with self._writing() as session:
            registry = Registry(session, self._schema)
            live = registry.find_live() or live
            earlier = [one for one, finished in registry.list_builds() if finished and one < live]
            if not earlier:
                raise ArtifactError(
                    f"{self.place} holds no build before the live one",
                    "build again from the documents: winnow build FOLDER",
                )
            self.verify(earlier[-1])
            registry.point_to(earlier[-1])
            return earlier[-1]

    @contextmanager
    def writer(self) -> Iterator[DatabaseWriter]:
        """The one writer of this schema; whatever it has not published is gone afterwards."""
        with self._writing() as session:
            writer = DatabaseWriter(session, self._schema, self._kept)
            try:
                yield writer
            finally:
                writer.rollback()

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A session that holds the lock of the schema, as long as its connection lasts."""
        self._database.check_fitness()
        with self._database.session() as session:
            session.execute(_PATIENT)
            if not session.fetch(f"SELECT pg_try_advisory_lock({_LOCK})", self._schema)[0][0]:
                raise IndexBusy(
                    f"another build is being written to {self.place}",
                    "wait until it has finished, or name another schema: schema=NAME",
                )
            Registry(session, self._schema).migrate()
            yield session

    def _check_version(self) -> None:
        rows = self._ask(f"SELECT number FROM {self._schema}.version")  # nosec B608  # our own names
        check_version(rows[0][0] if rows else 0, self._schema)

    def _ask(self, statement: str, *arguments: object) -> list[Any]:
        try:
            return list(self._database.ask([(statement, arguments)])[0])
        except MissingTable as error:
            raise self._miss() from error

    def _miss(self) -> IndexMissing:
        return IndexMissing(
            f"{self.place} holds no index",
            "build one: winnow build FOLDER --index with this address",
        )
