"""HTTP/1.1 by bare sockets, so that whoever asks takes little of the machine's time.

Connections are kept and used again, as a proxy or a program that asks often does.
"""

import asyncio
import re
from dataclasses import dataclass

LONGEST = 90.0  # seconds after which a request counts as hung
_KEPT_IDLE = 4.0  # seconds; a server closes what was idle for longer, and could be about to
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)
_AGAIN = re.compile(rb"\r\nretry-after: *\d+\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """`told_when`: whether it says after how many seconds to come again.

    `closes`: whether it is the last one over its connection.
    """

    status: int
    told_when: bool
    closes: bool
    body: bytes


class Connection(asyncio.Protocol):
    """One request at a time, each answered with its length."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self._got = bytearray()
        self._head = 0  # where the body begins, once that is known
        self._size = 0

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, said: bytes) -> Answer:
        """Raises ConnectionError where no whole answer comes."""
        assert self._transport
        self._got.clear()
        self._head = 0
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(said)
        return await self._answer

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._head and (end := self._got.find(_END)) >= 0:
            length = _LENGTH.search(self._got, 0, end + 2)
            if length is None:
                self._fail(ConnectionError("an answer without a length"))
                return
            self._head = end + len(_END)
            self._size = self._head + int(length[1])
        if self._head and len(self._got) >= self._size:
            self._tell()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(ConnectionError(f"the connection was closed: {exc}"))

    def _tell(self) -> None:
        if self._answer and not self._answer.done():
            told_when, closes = (
                said.search(self._got, 0, self._head) is not None for said in (_AGAIN, _CLOSES)
            )
            body = bytes(self._got[self._head : self._size])
            self._answer.set_result(Answer(int(self._got[9:12]), told_when, closes, body))

    def _fail(self, error: ConnectionError) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(error)


class Connections:
    """As many as are needed at once to one server, the one used last first."""

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self._idle: list[Connection] = []

    async def ask(self, said: bytes) -> Answer:
        """Raises ConnectionError, OSError, and TimeoutError for a request that hangs."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(LONGEST):
            connection = self._take(loop.time())
            if connection is None:
                _, connection = await loop.create_connection(Connection, *self._place)
            answer = await connection.ask(said)
        if answer.closes:
            connection.close()
        else:
            connection.idle_since = loop.time()
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    def _take(self, now: float) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and now - connection.idle_since < _KEPT_IDLE:
                return connection
            connection.close()
        return None
