"""Which builds a schema holds, and which one is live: written by the one who holds its lock."""

from embeddings.errors import IndexDamaged, IndexFormat
from embeddings.index.postgres.client import Session
from embeddings.index.postgres.schema import MIGRATIONS, VERSION, Tables

_VERSIONS = (
    "CREATE TABLE IF NOT EXISTS {schema}.version (only_one boolean PRIMARY KEY DEFAULT true"
    " CHECK (only_one), number int NOT NULL)"
)


class Registry:
    """The registry of a schema, over a session of its writer."""

    def __init__(self, session: Session, schema: str) -> None:
        self._session = session
        self._schema = schema

    def migrate(self) -> None:
        """Bring the registry to this version, all of it or nothing. Raises IndexFormat."""
        with self._session.transaction():
            # Looked for first: who may not create a schema may still write into one that is there.
            rows = self._session.fetch("SELECT to_regnamespace($1) IS NOT NULL", self._schema)
            if not rows[0][0]:
                self._session.execute(f"CREATE SCHEMA {self._schema}")
            self._session.execute(_VERSIONS.format(schema=self._schema))
            rows = self._session.fetch(f"SELECT number FROM {self._schema}.version")  # nosec B608  # our own names
            known = rows[0][0] if rows else 0
            check_version(known, self._schema)
            self._refuse_half_made(known)
            for statement in (one for step in MIGRATIONS[known:] for one in step):
                self._session.execute(statement.format(schema=self._schema))
            self._session.execute(
                f"INSERT INTO {self._schema}.version (number) VALUES ({VERSION})"  # nosec B608  # our own names
                f" ON CONFLICT (only_one) DO UPDATE SET number = {VERSION}"
            )

    def _refuse_half_made(self, known: int) -> None:
        rows = self._session.fetch("SELECT to_regclass($1) IS NOT NULL", f"{self._schema}.builds")
        if bool(known) != rows[0][0]:
            raise IndexDamaged(
                f"schema {self._schema} is half made: its version is {known}, and its table of "
                f"builds is {'there' if rows[0][0] else 'missing'}",
                f"have it dropped (DROP SCHEMA {self._schema} CASCADE) and build again, or name "
                "another one by schema=NAME in the address",
            )

    def list_builds(self) -> list[tuple[str, bool]]:
        """The id of each build, oldest first, and whether it was finished."""
        rows = self._session.fetch(
            f'SELECT id, finished FROM {self._schema}.builds ORDER BY id COLLATE "C"'  # nosec B608  # our own names
        )
        return [(build, finished) for build, finished in rows]

    def find_live(self) -> str | None:
        rows = self._session.fetch(f"SELECT build FROM {self._schema}.live")  # nosec B608  # our own names
        return rows[0][0] if rows else None

    def add(self, build: str) -> None:
        """Note a build that is begun, before it has tables: so that a later sweep finds them."""
        self._session.execute(f"INSERT INTO {self._schema}.builds (id) VALUES ($1)", build)  # nosec B608  # our own names

    def record(self, build: str, manifest: bytes, sha256: str) -> None:
        self._session.execute(
            f"UPDATE {self._schema}.builds SET manifest = $2, sha256 = $3 WHERE id = $1",  # nosec B608  # our own names
            build,
            manifest,
            sha256,
        )

    def read(self, build: str) -> bytes | None:
        rows = self._session.fetch(
            f"SELECT manifest FROM {self._schema}.builds WHERE id = $1",  # nosec B608  # our own names
            build,
        )
        return rows[0][0] if rows else None

    def publish(self, build: str) -> None:
        """Finished, and live, at once."""
        with self._session.transaction():
            self._session.execute(
                f"UPDATE {self._schema}.builds SET finished = true WHERE id = $1",  # nosec B608  # our own names
                build,
            )
            self.point_to(build)

    def point_to(self, build: str) -> None:
        """Make a finished build live."""
        self._session.execute(
            f"INSERT INTO {self._schema}.live AS known (build, turn) VALUES ($1, 1)"  # nosec B608  # our own names
            " ON CONFLICT (only_one) DO UPDATE SET build = $1, turn = known.turn + 1",
            build,
        )

    def sweep(self, kept: int) -> None:
        """Remove unfinished builds, and finished ones beyond those kept but for the live one."""
        builds, live = self.list_builds(), self.find_live()
        finished = [build for build, is_finished in builds if is_finished]
        for build, is_finished in builds:
            if not is_finished or (build in finished[:-kept] and build != live):
                self.forget(build, is_finished)

    def forget(self, build: str, finished: bool) -> None:
        """Remove a build and its tables, if it is as finished as the caller thinks.

        A commit that was interrupted may have been one. A search that reads a table just then ends
        first.
        """
        with self._session.transaction():
            gone = self._session.fetch(
                f"DELETE FROM {self._schema}.builds WHERE id = $1 AND finished = $2 RETURNING id",  # nosec B608  # our own names
                build,
                finished,
            )
            for statement in Tables(self._schema, build).drop() if gone else ():
                self._session.execute(statement)


def check_version(known: int, schema: str) -> None:
    """Raises IndexFormat where a later version of Winnow has been there."""
    if known > VERSION:
        raise IndexFormat(
            f"schema {schema} has version {known}, this Winnow knows version {VERSION}",
            "use the version of Winnow that made it, or name another schema: schema=NAME",
        )
