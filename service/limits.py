"""How much the server takes on at once, how long a request may last, and how large it may be.

A request that is refused was never begun: it is read whole first, within its limits, and only then
waits for its turn. A search runs in a thread, which nothing can end, so the turn of one that took
too long is given back when it has ended, not when its asker was told.
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embeddings.errors import BodyTooLarge, BodyTooSlow, ServerBusy, TimedOut

_LOG = logging.getLogger("winnow")
# Cheap, and wanted most while there is much to do.
_WITHOUT_TURN = frozenset(
    ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/favicon.ico")
)
_FILES = "/static/"

Answer = Callable[[Request, Exception], Awaitable[Response]]


def count_cores() -> int:
    """The searches that run at once where nobody says: one for each core, two at the least."""
    return max(2, os.cpu_count() or 2)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server takes. Times are in seconds, sizes in bytes.

    `patience` is for clients: to send what they began, to take their answer, to ask again.
    """

    concurrency: int = 0
    queue: int = 32
    timeout: float = 30
    max_body: int = 1_000_000
    patience: int = 10
    max_head: int = 32_768

    def make_turns(self) -> "Turns":
        return Turns(self.concurrency or count_cores(), self.queue)


class Turns:
    """So many requests at once, and so many more that wait, the first come first.

    Used from the event loop alone, so it needs no lock.
    """

    def __init__(self, most: int, queue: int = 0) -> None:
        self._most = most
        self._queue = queue
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.taken = 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def take(self, seconds: float) -> None:
        """Wait for a turn so long at most. Raises ServerBusy."""
        if self.taken < self._most:
            self.taken += 1
            return
        if len(self._waiting) >= self._queue:
            raise ServerBusy(
                f"{self._most} requests are under way and {self._queue} wait already",
                "ask again in a few seconds",
            )
        await self._wait(seconds)

    async def _wait(self, seconds: float) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait([turn], timeout=seconds)
        except asyncio.CancelledError:
            if turn.done():
                self.give_back()
            else:
                self._waiting.remove(turn)
            raise
        if not turn.done():
            self._waiting.remove(turn)
            raise ServerBusy(
                f"no turn came free within {seconds:g} seconds", "ask again in a few seconds"
            )

    def give_back(self) -> None:
        """To the one that has waited longest, else to whoever comes."""
        if self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self.taken -= 1


class Guard:
    """Holds each request to the limits, pages and API alike; `answer` tells of errors."""

    def __init__(self, app: ASGIApp, limits: Limits, turns: Turns, answer: Answer) -> None:
        self._app = app
        self._limits = limits
        self._turns = turns
        self._answer = answer
        self._under_way: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        try:
            whole = await self._receive_whole(scope, receive)
            path = scope["path"]
            if path in _WITHOUT_TURN or path.startswith(_FILES):
                return await self._app(scope, whole, send)
            told = await self._take_turn(scope, whole)
        except Exception as error:  # one that nobody foresaw too, with all that an answer carries
            response = await self._answer(Request(scope), error)
            if isinstance(error, BodyTooLarge | BodyTooSlow):
                response.headers["Connection"] = "close"  # what still comes is not a request
            return await response(scope, receive, send)
        for message in told:
            await send(message)

    async def _receive_whole(self, scope: Scope, receive: Receive) -> Receive:
        """What gives the body again, once it is here. Raises BodyTooLarge, BodyTooSlow."""
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self._limits.max_body:
            raise self._refuse_large()
        if length == "0" and "transfer-encoding" not in headers:
            return receive
        try:
            async with asyncio.timeout(self._limits.patience):
                messages = [await self._receive_body(receive)]
        except TimeoutError as error:
            raise BodyTooSlow(
                f"the body did not come within {self._limits.patience} seconds", "send it again"
            ) from error

        async def give() -> Message:
            return messages.pop() if messages else await receive()

        return give

    async def _receive_body(self, receive: Receive) -> Message:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return message
            body += message.get("body", b"")
            if len(body) > self._limits.max_body:
                raise self._refuse_large()
            if not message.get("more_body", False):
                return {"type": "http.request", "body": bytes(body), "more_body": False}

    def _refuse_large(self) -> BodyTooLarge:
        return BodyTooLarge(
            f"the body has more than {self._limits.max_body:,} bytes", "ask for less at once"
        )

    async def _take_turn(self, scope: Scope, receive: Receive) -> list[Message]:
        """The answer, whole, so that one who takes it slowly holds no turn.

        Raises ServerBusy, TimedOut, and what the application raises.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._limits.timeout
        await self._turns.take(self._limits.timeout)
        told: list[Message] = []

        async def keep(message: Message) -> None:
            told.append(message)

        task = asyncio.ensure_future(self._app(scope, receive, keep))
        self._under_way.add(task)
        task.add_done_callback(self._finish)
        await asyncio.wait([task], timeout=ends - loop.time())
        if not task.done():
            raise TimedOut(
                f"no answer within {self._limits.timeout:g} seconds",
                "ask again, or for less at once",
            )
        task.result()
        return told

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._turns.give_back()
        if not task.cancelled() and task.exception():
            _LOG.debug("a request ended in an error", exc_info=task.exception())
