"""The client of a PostgreSQL database, for many threads: the only file that imports asyncpg.

A search asks any healthy server and, where that one fails, another, as long as the time for a
request lasts. A writer has one connection to the primary, and nothing of it is tried twice.
"""

import asyncio
import socket
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import asyncpg

from embeddings.errors import DatabaseUnfit
from embeddings.index.postgres.addresses import Address, read_address, show_host
from embeddings.index.postgres.background import Background
from embeddings.index.postgres.failures import (
    Failure,
    MissingTable,
    NoPrimary,
    explain,
    is_cut,
    is_missing,
    is_stale,
    may_pass_elsewhere,
)
from embeddings.index.postgres.halfvecs import decode_halfvec, encode_halfvec, make_plain
from embeddings.index.postgres.nodes import Link, Node, Nodes
from embeddings.index.postgres.sessions import Row, Session

__all__ = ["Database", "MissingTable", "Row", "Session", "Statement"]

Statement = tuple[str, tuple[object, ...]]  # SQL with $1…, its arguments
_PATIENCE = 8.0  # seconds for all tries of a search
_OLDEST = 15  # of PostgreSQL
_OLDEST_VECTOR = (0, 8, 0)  # the first with iterative scans
_WIDEST = 1000  # that pgvector takes for hnsw.ef_search
_FIND_VECTOR = """
    SELECT nspname, extversion FROM pg_catalog.pg_extension
    JOIN pg_catalog.pg_namespace AS space ON space.oid = extnamespace WHERE extname = 'vector'
"""
_SET_FOR_VECTOR = """
    SET hnsw.iterative_scan = relaxed_order; SET hnsw.max_scan_tuples = 200000;
    SET hnsw.scan_mem_multiplier = 8;
"""
_IS_STANDBY = "SELECT pg_catalog.pg_is_in_recovery()"
_KEPT_ALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 60000}


class Database:
    """A database with one primary and any number of standbys, named in one address."""

    def __init__(self, address: str) -> None:
        """Reads the address, and connects when first asked. Raises InvalidInput."""
        self._address = read_address(address)
        self.shown = self._address.shown
        self.schema = self._address.schema
        self._background = Background(f"winnow to {self._address.database}")
        self._nodes = Nodes(
            [
                Node(show_host(*host), partial(_open, self._address, *host, _PATIENCE))
                for host in self._address.hosts
            ]
        )
        # When the last index over it has gone, too: nothing here refers back to it.
        self._closing = weakref.finalize(self, _close_all, self._nodes, self._background)

    def __repr__(self) -> str:
        return f"Database({self.shown!r})"

    def ask(self, statements: Sequence[Statement], breadth: int = 0) -> list[list[Row]]:
        """The rows of each statement, in their order, all from one server, whichever is healthy.

        They run at the same time. `breadth` > 0 is how far a search of an HNSW index looks. Raises
        IndexUnreachable when no server answered in time, MissingTable when none has the table.
        """
        return self._background.run(self._ask(statements, min(breadth, _WIDEST), False))

    def ask_primary(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """The rows of each statement as `ask`, from the primary: what was last written."""
        return self._background.run(self._ask(statements, 0, True))

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A connection to the primary, for a writer. Raises IndexUnreachable.

        One that creates pgvector's extension cannot read or write vectors itself: open another.
        """
        node, link = self._background.run(self._open_primary())
        try:
            yield Session(link, node.place, self._address, self._background)
        finally:
            self._background.run(_close(link.connection))

    def check_fitness(self) -> None:
        """Raises DatabaseUnfit where PostgreSQL or pgvector is missing or too old."""
        (((number, version, encoding, here),), vectors) = self.ask(
            [
                (
                    "SELECT current_setting('server_version_num')::int, "
                    "current_setting('server_version'), current_setting('server_encoding'), "
                    "EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'vector')",
                    (),
                ),
                (_FIND_VECTOR, ()),
            ]
        )
        if number < _OLDEST * 10000:
            raise DatabaseUnfit(
                f"{self.shown} is PostgreSQL {version}, older than {_OLDEST}",
                f"upgrade it to {_OLDEST} or later",
            )
        if encoding != "UTF8":
            raise DatabaseUnfit(
                f"{self.shown} holds texts in {encoding}, which has not all characters",
                "make another: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0;",
            )
        _check_vector(self.shown, here, vectors[0][1] if vectors else None)

    def close(self) -> None:
        """Close all connections for good; what was being asked is cancelled."""
        self._closing()

    async def _ask(
        self, statements: Sequence[Statement], breadth: int, primary: bool
    ) -> list[list[Row]]:
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        failures: list[Failure] = []
        waiting = deque(self._nodes.order(primary))
        again: set[Node] = set()  # those whose line was cut while they were asked, once each
        while waiting and (left := end - loop.time()) > 0:
            node, began = waiting.popleft(), loop.time()
            try:
                async with asyncio.timeout(left / 2 if waiting else left):
                    rows = await _ask_node(node, statements, breadth, primary)
            except Exception as error:
                if not may_pass_elsewhere(error):
                    raise explain(self._address, [Failure(node.place, error)]) from error
                failures.append(Failure(node.place, error, node.leads))
                if not isinstance(error, NoPrimary):
                    node.note_failure(reached=is_missing(error))
                if is_stale(error) or (is_cut(error) and node not in again):
                    again.add(node)
                    waiting.append(node)
            else:
                self._nodes.note_answer(node, loop.time() - began)
                return rows
        raise explain(self._address, failures) from (failures[-1].error if failures else None)

    async def _open_primary(self) -> tuple[Node, Link]:
        failures: list[Failure] = []
        hosts = dict(zip(self._nodes.all, self._address.hosts, strict=True))
        for node in self._nodes.order(primary=True):
            try:
                return node, await self._open_leading(node, *hosts[node])
            except Exception as error:
                failures.append(Failure(node.place, error))
        raise explain(self._address, failures) from failures[-1].error

    async def _open_leading(self, node: Node, host: str, port: int) -> Link:
        link = await _open(self._address, host, port, 0.0)
        try:
            async with asyncio.timeout(self._address.connect_seconds):
                await _require_primary(node, link)
        except BaseException:
            link.connection.terminate()
            raise
        return link


async def _open(address: Address, host: str, port: int, statement_seconds: float) -> Link:
    """A new connection, with the types and settings of every one here."""
    async with asyncio.timeout(address.connect_seconds):
        connection = await asyncpg.connect(
            f"postgresql:///?{address.passed}" if address.passed else None,
            host=host,
            port=port,
            user=address.user,
            password=address.password,
            database=address.database,
            server_settings={"application_name": address.application},
            target_session_attrs="any",
        )
    try:
        async with asyncio.timeout(address.connect_seconds):
            has_vectors = await _prepare(connection, statement_seconds)
    except BaseException:
        connection.terminate()
        raise
    followed = getattr(connection.get_settings(), "in_hot_standby", None)
    return Link(connection, has_vectors, leads=followed == "off")


async def _prepare(connection: Any, statement_seconds: float) -> bool:
    """Vectors as arrays, the operators of pgvector in reach, a limit of time, a watched line.

    Says whether pgvector is there.
    """
    _keep_alive(connection)
    settings = f"SET statement_timeout = {round(statement_seconds * 1000)};"
    found = await connection.fetchrow(_FIND_VECTOR)
    if found is not None:
        settings += _SET_FOR_VECTOR
        await connection.set_type_codec(
            "halfvec",
            schema=found["nspname"],
            encoder=encode_halfvec,
            decoder=decode_halfvec,
            format="binary",
        )
    schema = (found["nspname"] if found else "public").replace('"', '""')
    await connection.execute(f'{settings} SET search_path = "{schema}"')
    return found is not None


def _keep_alive(connection: Any) -> None:
    """Have the system find out within a minute or two that the other machine is gone."""
    line = connection._transport.get_extra_info("socket")  # asyncpg has no other way to it
    if line is None or line.family == socket.AF_UNIX:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEPT_ALIVE.items():
        if (option := getattr(socket, name, None)) is not None:
            line.setsockopt(socket.IPPROTO_TCP, option, value)


async def _ask_node(
    node: Node, statements: Sequence[Statement], breadth: int, primary: bool
) -> list[list[Row]]:
    asked = [_ask_one(node, statement, breadth, primary) for statement in statements]
    if len(asked) == 1:
        return [await asked[0]]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in asked]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


async def _ask_one(node: Node, statement: Statement, breadth: int, primary: bool) -> list[Row]:
    async with node.lend() as link:
        if primary:
            await _require_primary(node, link)
        if breadth > 0 and link.breadth != breadth:
            await link.connection.execute(f"SET hnsw.ef_search = {int(breadth)}")
            link.breadth = breadth
        text, arguments = statement
        rows: list[Row] = await link.connection.fetch(text, *make_plain(arguments))
        return rows


async def _require_primary(node: Node, link: Link) -> None:
    node.leads = not await link.connection.fetchval(_IS_STANDBY)
    if not node.leads:
        raise NoPrimary


def _close_all(nodes: Nodes, background: Background) -> None:
    background.stop(nodes.close())


async def _close(connection: Any) -> None:
    try:
        await connection.close(timeout=1.0)
    except Exception:
        connection.terminate()


def _check_vector(shown: str, available: bool, version: str | None) -> None:
    oldest = ".".join(map(str, _OLDEST_VECTOR))
    if version is None:
        place = "" if available else f"install pgvector {oldest} or later on its servers, then "
        raise DatabaseUnfit(
            f"{shown} has not the extension pgvector",
            f"{place}as a superuser, in that database: CREATE EXTENSION vector;",
        )
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    if numbers < _OLDEST_VECTOR:
        raise DatabaseUnfit(
            f"{shown} has pgvector {version}, older than {oldest}",
            f"install {oldest} or later on its servers, then: ALTER EXTENSION vector UPDATE;",
        )
