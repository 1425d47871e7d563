"""Who may go on now, of all who ask a server: counted over all of its processes.

Turns are bytes in a pipe, which the processes of a server share: who takes one reads a byte, who
gives it back writes it. A pipe wakes those that wait for it, and none is taken twice.
"""

import asyncio
import fcntl
import os
import struct
import termios
import weakref
from collections import deque

from embeddings.errors import ServerBusy

_TOKEN = b"."
_TOGETHER = 8
_MOST = 32


def count_cores() -> int:
    tell = getattr(os, "sched_getaffinity", None)
    return len(tell(0)) if tell else os.cpu_count() or 2


def count_turns(workers: int = 1) -> int:
    """The searches that run at once where nobody says, from two to 32.

    In one process a search for each core: more would only wait for each other. Of several, each can
    encode so many questions together. 32 leave threads for what needs no turn.
    """
    wanted = count_cores() if workers == 1 else _TOGETHER * workers
    return min(_MOST, max(2, wanted))


class Tokens:
    """So many in a pipe. `held` counts, at `place`, what this process has taken and not given back.

    Whoever keeps `held` can give back what a process had that was killed.
    """

    def __init__(
        self, ends: tuple[int, int], held: "list[int] | memoryview[int]", place: int = 0
    ) -> None:
        self.ends = ends
        self._held = held
        self._place = place

    @property
    def held(self) -> int:
        return self._held[self._place]

    def take(self) -> bool:
        """Whether there was one. Waits for none."""
        try:
            os.read(self.ends[0], 1)
        except BlockingIOError:
            return False
        self._held[self._place] += 1
        return True

    def give_back(self) -> None:
        self._held[self._place] -= 1
        os.write(self.ends[1], _TOKEN)

    @property
    def left(self) -> int:
        counted = fcntl.ioctl(self.ends[0], termios.FIONREAD, bytes(4))
        return int(struct.unpack("i", counted)[0])


def make_tokens(count: int) -> Tokens:
    """Tokens for this process and those that are given the ends of their pipe."""
    reader, writer = ends = os.pipe()
    os.set_blocking(reader, False)
    os.write(writer, _TOKEN * count)
    tokens = Tokens(ends, [0])
    weakref.finalize(tokens, _close, *ends)
    return tokens


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


class Turns:
    """So many requests at once, and so many more that wait, those of one process in their order.

    Nobody who comes later, to whatever process, goes before one that waits.

    Used from the event loop alone.
    """

    def __init__(
        self,
        most: int,
        queue: int = 0,
        tokens: Tokens | None = None,
        places: Tokens | None = None,
    ) -> None:
        self._most = most
        self._queue = queue
        self._tokens = tokens or make_tokens(most)
        self._places = places or make_tokens(queue)
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def taken(self) -> int:
        """In all processes."""
        return self._most - self._tokens.left

    @property
    def waiting(self) -> int:
        """In all processes."""
        return self._queue - self._places.left

    def take_at_once(self) -> bool:
        """Take a turn where one is free and nobody waits in any process; whether there was one."""
        return not self.waiting and self._tokens.take()

    async def take(self, seconds: float) -> None:
        """Wait for a turn so long at most. Raises ServerBusy."""
        if self.take_at_once():
            return
        if not self._places.take():
            raise self._refuse()
        try:
            await self._wait(seconds)
        finally:
            self._places.give_back()

    def refuse_if_full(self) -> None:
        """Raises ServerBusy where no place to wait is left: sooner than `take` finds it out."""
        if not self._places.left:
            raise self._refuse()

    def _refuse(self) -> ServerBusy:
        return ServerBusy(
            f"{self._most} requests are under way and {self._queue} wait already",
            "ask again in a few seconds",
        )

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        loop.add_reader(self._tokens.ends[0], self._hand_out)
        try:
            await asyncio.wait([turn], timeout=seconds)
        except asyncio.CancelledError:
            if turn.done():
                self.give_back()
            raise
        finally:
            if not turn.done():
                self._waiting.remove(turn)
            if not self._waiting:
                loop.remove_reader(self._tokens.ends[0])
        if not turn.done():
            raise ServerBusy(
                f"no turn came free within {seconds:g} seconds", "ask again in a few seconds"
            )

    def _hand_out(self) -> None:
        """To those that have waited longest."""
        while self._waiting and self._tokens.take():
            self._waiting.popleft().set_result(None)

    def give_back(self) -> None:
        self._tokens.give_back()
