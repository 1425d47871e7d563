"""One connection to the primary, for a writer: statements one after another, COPY in and out.

Rows and bytes pass between the caller's thread and the connection's in portions, a few at a time,
so that neither waits long and none of the whole lies in memory.
"""

from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, TypeVar

from embeddings.index.postgres.addresses import Address
from embeddings.index.postgres.background import Background
from embeddings.index.postgres.failures import explain_session, is_lost
from embeddings.index.postgres.halfvecs import make_plain
from embeddings.index.postgres.nodes import Link
from embeddings.index.postgres.portions import Abandoned, Portions

Row = Sequence[Any]
T = TypeVar("T")
_ROWS = 500  # in a portion
_BYTES = 1 << 20


class Session:
    """A writer's connection; one thread at a time. Every method raises IndexUnreachable when the
    connection is lost, IndexUnwritable when the server has no room, and MissingTable.
    """

    def __init__(self, link: Link, place: str, address: Address, background: Background) -> None:
        self._connection = link.connection
        self._place = place
        self._address = address
        self._background = background
        self._lost = False

    @property
    def is_lost(self) -> bool:
        """Whether the connection is gone; a new session may find another primary."""
        return self._lost or bool(self._connection.is_closed())

    def execute(self, statement: str, *arguments: object) -> None:
        """Run a statement; without arguments, several with semicolons between."""
        self._run(self._connection.execute(statement, *make_plain(arguments)))

    def fetch(self, statement: str, *arguments: object) -> list[Row]:
        """The rows of a statement."""
        rows: list[Row] = self._run(self._connection.fetch(statement, *make_plain(arguments)))
        return rows

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is done inside, or nothing of it. When the connection is lost while it is
        being committed, nobody knows which: look before doing it again.
        """
        transaction = self._run(self._begin())
        try:
            yield
        except BaseException:
            if not self.is_lost:
                # The error inside is what counts; a connection lost since rolls back by itself.
                with suppress(Exception):
                    self._run(transaction.rollback())
            raise
        self._run(transaction.commit())

    async def _begin(self) -> Any:
        transaction = self._connection.transaction()
        await transaction.start()
        return transaction

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Write rows into `schema.table` by COPY, and say how many. `rows` runs in this thread."""
        portions: Portions[list[list[object]]] = Portions()
        copying = self._background.start(self._copy_from(portions, table, columns))
        waiting = iter(rows)
        try:
            while part := [make_plain(row) for row in islice(waiting, _ROWS)]:
                if not self._run(portions.put(part)):
                    break
        except BaseException:
            self._run(portions.end(abandoned=True))
            wait([copying])
            raise
        self._run(portions.end())
        return int(self._wait(copying).rpartition(" ")[2])

    async def _copy_from(
        self, portions: Portions[list[list[object]]], table: str, columns: Sequence[str]
    ) -> str:
        async def take_rows() -> AsyncIterator[list[object]]:
            while (part := await portions.take()) is not None:
                for row in part:
                    yield row

        schema, _, name = table.rpartition(".")
        try:
            said: str = await self._connection.copy_records_to_table(
                name, schema_name=schema or None, columns=columns, records=take_rows()
            )
            return said
        finally:
            await portions.end()

    def read_out(self, query: str) -> Iterator[bytes]:
        """What COPY (query) TO STDOUT gives in binary, in portions."""
        portions: Portions[bytes] = Portions()
        copying = self._background.start(self._copy_into(portions, query))
        try:
            while (part := self._run(portions.take())) is not None:
                yield part
            self._wait(copying)
        finally:
            self._run(portions.end())
            wait([copying])

    async def _copy_into(self, portions: Portions[bytes], query: str) -> None:
        part = bytearray()

        async def put(data: bytes) -> None:
            part.extend(data)
            if len(part) >= _BYTES:
                if not await portions.put(bytes(part)):
                    raise Abandoned
                part.clear()

        try:
            await self._connection.copy_from_query(query, output=put, format="binary")
            await portions.put(bytes(part))
        finally:
            await portions.end()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._wait(self._background.start(work))

    def _wait(self, future: Future[T]) -> T:
        try:
            return future.result()
        except Exception as error:
            self._lost |= is_lost(error)
            raise explain_session(self._address, self._place, error) from error
        except BaseException:
            future.cancel()
            raise
