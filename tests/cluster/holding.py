"""Stops whoever builds in a database at a moment that a test chooses."""

from collections.abc import Iterator
from contextlib import contextmanager

from embeddings.index.postgres.client import Database, Session
from tests.cluster.waiting import wait_for

_LOCK = "pg_advisory_xact_lock(42)"
_STOP = f"""
    CREATE OR REPLACE FUNCTION {{schema}}.stop() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM {{schema}}.builds WHERE NOT finished) THEN PERFORM {_LOCK}; END IF;
    END $$;
    CREATE EVENT TRIGGER stop ON ddl_command_start WHEN TAG IN ('{{tag}}')
        EXECUTE FUNCTION {{schema}}.stop();
"""
MOMENTS = {
    "while its tables are made": "CREATE TABLE",
    "when its rows are written": "ALTER TABLE",
    "when it is published": "",
}
"""What a build is about to do then, by the tag of the statement; the last one changes one row."""


class Held:
    """A build that is stopped, or soon will be."""

    def __init__(self, watching: Session) -> None:
        self._watching = watching

    def wait(self) -> None:
        """Wait until it is stopped."""
        wait_for(
            lambda: self._watching.fetch(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )[0][0]
        )


@contextmanager
def holding(address: str, moment: str) -> Iterator[Held]:
    """A build that runs meanwhile stops at a moment of `MOMENTS`, and goes on afterwards.

    There is an index already, of the superuser who asks for this.
    """
    database = Database(address)
    tag, schema = MOMENTS[moment], database.schema
    try:
        with database.session() as watching, database.session() as session:
            if tag:
                session.execute(_STOP.format(schema=schema, tag=tag))
            with session.transaction():
                stop = f"SELECT {_LOCK}" if tag else f"LOCK {schema}.live IN EXCLUSIVE MODE"
                session.execute(stop)
                yield Held(watching)
    finally:
        with database.session() as session:
            session.execute("DROP EVENT TRIGGER IF EXISTS stop")
        database.close()
