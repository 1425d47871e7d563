"""How much the server takes on at once, how long a request may last, and how large it may be.

A request that is refused was never begun: it is read whole first, within its limits, and only then
waits for its turn. A search runs in a thread, which nothing can end, so the turn of one that took
too long is given back when it has ended, not when its asker was told.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embeddings.errors import AskerLeft, BodyTooLarge, BodyTooSlow, TimedOut
from service.settings import Settings
from service.turns import Turns, count_turns

_LOG = logging.getLogger("winnow")
_SET = Settings()  # what holds where nothing is set
# Cheap, and wanted most while there is much to do.
_WITHOUT_TURN = frozenset(
    ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/favicon.ico")
)
_FILES = "/static/"

Answer = Callable[[Request, Exception], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server takes. Times are in seconds, sizes in bytes.

    `patience` is for clients: to send what they began, to take their answer, to ask again. Only so
    many `connections` that a process, which may open some 1,000 files, can open its index too.
    """

    concurrency: int = field(default_factory=count_turns)
    queue: int = _SET.queue
    timeout: float = _SET.timeout
    max_body: int = _SET.max_body
    patience: int = 10
    max_head: int = 32_768
    connections: int = 800

    def make_turns(self) -> Turns:
        return Turns(self.concurrency, self.queue)


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
            ends = asyncio.get_running_loop().time() + self._limits.timeout
            if not self._turns.take_at_once():
                self._turns.refuse_if_full()
                await self._wait_for_turn(receive)
            told = await self._answer_until(ends, scope, whole)
        except Exception as error:  # one that nobody foresaw too, with all that an answer carries
            response = await self._answer(Request(scope), error)
            if isinstance(error, BodyTooLarge | BodyTooSlow):
                response.headers["Connection"] = "close"  # what still comes is not a request
            return await response(scope, receive, send)
        for message in told:
            await send(message)

    async def _receive_whole(self, scope: Scope, receive: Receive) -> Receive:
        """What gives the body again, once it is here. Raises BodyTooLarge, BodyTooSlow."""
        length = Headers(scope=scope).get("content-length", "0")
        if length.isdecimal() and int(length) > self._limits.max_body:
            raise self._refuse_large()
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

    async def _wait_for_turn(self, receive: Receive) -> None:
        """In the queue, for as long as the asker is there. Raises ServerBusy, AskerLeft."""
        turn = asyncio.ensure_future(self._turns.take(self._limits.timeout))
        leaving = asyncio.ensure_future(receive())  # nothing else comes after the whole body
        try:
            await asyncio.wait([turn, leaving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not turn.done():
                turn.cancel()
        try:
            await turn
        except asyncio.CancelledError as error:
            raise AskerLeft("the asker left before there was a turn", "ask again") from error

    async def _answer_until(self, ends: float, scope: Scope, receive: Receive) -> list[Message]:
        """The answer, whole, so that one who takes it slowly holds no turn.

        Raises TimedOut, and what the application raises.
        """
        loop = asyncio.get_running_loop()
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
