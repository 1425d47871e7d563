"""The servers of one database: a few open connections to each, and which one to ask next.

One that failed or is much slower than the others is asked last, until it answered a trial quickly.
All of it runs in one event loop.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

from embeddings.index.postgres.failures import find_state, is_lost, mark_stale

CONNECTIONS = 8  # to one server, at the same time
_TRIAL_SECONDS = 2.0  # between two trials of a server that failed
_SLOW_SECONDS = 0.25  # below which none is slow
_SLOW_TIMES = 4.0  # as long as the quickest takes


@dataclass(eq=False)
class Link:
    """An open connection; `breadth` is what its session has, `used` whether it was lent before.

    One that was opened before pgvector was there, `has_vectors` says, cannot read vectors.
    """

    connection: Any
    has_vectors: bool
    leads: bool  # whether its server was the primary when it was opened
    breadth: int = 0
    used: bool = False

    def is_closed(self) -> bool:
        return bool(self.connection.is_closed())


class Node:
    """One server; `place` is its host and port for people."""

    def __init__(self, place: str, open: Callable[[], Awaitable[Link]]) -> None:
        self.place = place
        self.ailing = False
        self.leads = False  # whether it was the primary when last asked
        self.seconds: float | None = None  # that answers take, lately
        self._open = open
        self._idle: list[Link] = []
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Link]:
        """An open connection; taken back unless it broke or was left in the middle of something."""
        async with self._places:
            link = self._take()
            if link is None:
                link = await self._open()
                self.leads = link.leads
            try:
                yield link
            except BaseException as error:
                if find_state(error) and not is_lost(error) and not link.is_closed():
                    self._put(link)
                else:
                    if link.used:
                        mark_stale(error)
                    self._start(_end(link))
                raise
            self._put(link)

    def _take(self) -> Link | None:
        while self._idle:
            if not (link := self._idle.pop()).is_closed():
                return link
        return None

    def _put(self, link: Link) -> None:
        link.used = True
        if link.has_vectors:
            self._idle.append(link)
        else:
            self._start(_end(link))

    def note_answer(self, seconds: float) -> None:
        """Remember how long an answer took."""
        self.seconds = seconds if self.seconds is None else 0.7 * self.seconds + 0.3 * seconds

    def note_failure(self, reached: bool) -> None:
        """Ask it last from now on; what lies open to one that was not `reached` is closed."""
        while not reached and self._idle:
            self._start(_end(self._idle.pop()))
        if not self.ailing:
            self.ailing = True
            self._start(self._try_until_well())

    async def _try_until_well(self) -> None:
        loop = asyncio.get_running_loop()
        while self.ailing:
            await asyncio.sleep(_TRIAL_SECONDS)
            with suppress(Exception):
                async with asyncio.timeout(_TRIAL_SECONDS), self.lend() as link:
                    began = loop.time()
                    await link.connection.fetchval("SELECT 1")
                    self.ailing = loop.time() - began > _SLOW_SECONDS
        self.seconds = None

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End trials and connections."""
        for task in (tasks := list(self._tasks)):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(_end(link) for link in self._idle))
        self._idle.clear()


async def _end(link: Link) -> None:
    """Close a connection in good manners, with what still runs on it cancelled, or without."""
    try:
        async with asyncio.timeout(1.0):
            await link.connection.close()
    except BaseException as error:
        link.connection.terminate()
        if not isinstance(error, Exception):
            raise


class Nodes:
    """All servers of a database, in the order of its address."""

    def __init__(self, nodes: list[Node]) -> None:
        self.all = nodes
        self._turns = count()

    def order(self, primary: bool = False) -> list[Node]:
        """All of them, the one to ask first at the start: in turn, ailing ones at the end.

        With `primary`, the one that was it when last asked comes first.
        """
        start = next(self._turns) % len(self.all)
        turned = self.all[start:] + self.all[:start]
        return sorted(turned, key=lambda node: (primary and not node.leads, node.ailing))

    def note_answer(self, node: Node, seconds: float) -> None:
        """Remember how long a node took, and whether others are much quicker."""
        node.note_answer(seconds)
        quickest = min(
            (one.seconds for one in self.all if one is not node and one.seconds is not None),
            default=None,
        )
        if quickest is not None and seconds > max(_SLOW_SECONDS, _SLOW_TIMES * quickest):
            node.note_failure(reached=True)

    async def close(self) -> None:
        await asyncio.gather(*(node.close() for node in self.all))
