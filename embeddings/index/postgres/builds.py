"""The builds in one schema of a database, one of them live."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from embeddings.canary import open_checked
from embeddings.errors import ArtifactError, IndexBusy, IndexDamaged, IndexMissing
from embeddings.index.postgres.client import Database, MissingTable, Session
from embeddings.index.postgres.registry import Registry, check_version
from embeddings.index.postgres.schema import KEYS, Tables
from embeddings.index.postgres.stored_index import DatabaseIndex
from embeddings.index.postgres.writing import DatabaseWriter, describe_tables
from embeddings.manifest import REPAIR, Manifest, unpack_manifest

_LOCK = "hashtextextended('winnow ' || $1, 0)"


class DatabaseBuilds:
    """Builds by the address of a database; it is asked when it is needed."""

    def __init__(self, address: str, workspace: Path, kept: int) -> None:
        self._database = Database(address)
        self._schema = self._database.schema
        self._kept = max(kept, 1)
        self._seen = (0, "")  # the turn at which the live build was made so, and its id
        self.workspace = workspace

    @property
    def place(self) -> str:
        return self._database.shown

    def live_id(self) -> str:
        return self.published_id()

    def published_id(self) -> str:
        """Never an earlier one than was seen before, as a standby that is behind may say."""
        rows = self._ask(f"SELECT turn, build FROM {self._schema}.live")  # nosec B608  # our own names
        if not rows and not self._seen[1]:
            raise self._miss()
        seen = max([self._seen, *(tuple(row) for row in rows)])
        self._seen = (int(seen[0]), str(seen[1]))
        return self._seen[1]

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
        rows = self._ask(
            "SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL",
            tables.all,
        )
        if rows:
            raise IndexDamaged(f"table {rows[0][0]} is missing from {self.place}", REPAIR)

    def verify(self, build: str | None = None) -> Manifest:
        """Read and hash every table of a build, and try it."""
        manifest, index = self.open(build)
        with self._database.session() as session:
            found = describe_tables(session, Tables(self._schema, manifest.build))
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
        finished = self.finished()
        live = self.live_id()
        earlier = [build for build in finished if build < live]
        if not earlier:
            raise ArtifactError(
                f"{self.place} holds no build before the live one",
                "build again from the documents: winnow build FOLDER",
            )
        self.verify(earlier[-1])
        with self._writing() as session:
            Registry(session, self._schema).point_to(earlier[-1])
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
