"""The web server: uvicorn, with limits on how slowly a client may go and how long a stop may take.

uvicorn itself waits for ever for the head of a request, however long, and for an answer to be
taken.
"""

import asyncio
import json
import logging
import os
import threading
from collections.abc import Sized
from contextlib import suppress
from socket import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.limits import Limits
from service.shares import Shares

_LOG = logging.getLogger("winnow")
_LEAST_TAKEN = 65_536  # bytes
_LONG_HEAD = "The head of the request is too long."
_BACKLOG = 2048  # connections that wait to be taken
_PAUSE = 1.0  # seconds until it is tried again where none can be taken
_LINGERS = 0.2  # seconds that a client which is one too many may take to say what it wants
_TOO_MANY_BODY = json.dumps(
    {
        "error": {
            "code": "busy",
            "message": "the server has as many connections as it takes",
            "status": 503,
            "hint": "ask again in a few seconds, over connections that are kept",
        }
    }
).encode()
_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    % (len(_TOO_MANY_BODY), _TOO_MANY_BODY)
)


class _Flow(FlowControl):
    """Nothing more is read while requests that came ahead of their turn wait to be answered.

    uvicorn reads on with each answer: one who asks without end would fill the memory.
    """

    def __init__(self, transport: asyncio.Transport, waiting: Sized) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        if not self._waiting:
            super().resume_reading()


class Connection(HttpToolsProtocol):
    """One client. It is cut off where it sends a head, or takes an answer, too slowly.

    Of an answer that fills what lies between, it must take some in each spell of patience.
    """

    def __init__(self, max_head: int, *args: Any) -> None:
        super().__init__(*args)
        self._max_head = max_head
        self._head = 0  # bytes of what is no body, as the parser tells them
        self._unread = 0  # bytes since it told the end of a head, or some of a body
        self.access_log = False  # it has whole addresses, questions included
        self._cut_off: asyncio.TimerHandle | None = None
        self._refusal: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = _Flow(transport, self.pipeline)
        self._start()
        if self.limit_concurrency and len(self.connections) >= self.limit_concurrency:
            # What it has sent by then is read first: a socket that is closed with something unread
            # takes back what was written to it.
            self._refusal = self.loop.call_later(_LINGERS, self._refuse)
            self.connections.discard(self)  # nor are the others refused meanwhile

    def _refuse(self) -> None:
        self.transport.write(_TOO_MANY)
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        if self._refusal is not None:
            if not self.transport.is_closing():
                self._refuse()
            return
        if self._cut_off is None and not self._is_answering():
            self._start()
        self._unread += len(data)
        super().data_received(data)
        if self._unread > self._max_head and not self.transport.is_closing():
            self.send_400_response(_LONG_HEAD)
        if self._is_answering() and not self.flow.write_paused:
            self._stop()

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._take_head(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._take_head(name, value)  # behind a body too
        super().on_header(name, value)

    def _take_head(self, *parts: bytes) -> None:
        self._head += sum(map(len, parts))
        if self._head > self._max_head:
            raise ValueError(_LONG_HEAD)  # answered with 400 by whoever feeds the parser

    def on_headers_complete(self) -> None:
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_response_complete(self) -> None:
        if not self.transport.get_write_buffer_size():
            self._stop()  # the next head has its own time, from its first byte
        elif self._cut_off is None:
            self._start()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop()
        self._start()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        if self._refusal is not None:
            self._refusal.cancel()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _start(self) -> None:
        seconds, left = self.config.timeout_keep_alive, self.transport.get_write_buffer_size()
        self._cut_off = self.loop.call_later(seconds, self._judge, left)

    def _judge(self, left: int) -> None:
        """Cut the client off, but not one that has taken its share of what was left to take."""
        self._cut_off = None
        if left - self.transport.get_write_buffer_size() < _LEAST_TAKEN:
            self.transport.abort()
        else:
            self._start()

    def _stop(self) -> None:
        if self._cut_off is not None:
            self._cut_off.cancel()
            self._cut_off = None


class Server(uvicorn.Server):
    """Told to stop, it takes no more and finishes what runs.

    With `stop_timeout` it ends the whole process after so many seconds, whatever still runs:
    nothing else ends a search in its thread, and Python would wait for it.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        max_head: int,
        stop_timeout: float | None,
        shares: Shares | None,
    ) -> None:
        super().__init__(config)
        self._max_head = max_head
        self._stop_timeout = stop_timeout
        self._shares = shares
        self._taking: list[asyncio.Task[None]] = []
        self._taken: set[asyncio.Task[None]] = set()
        self._finished = False

    def stop(self) -> None:
        """As a signal does, from any thread."""
        self.should_exit = True

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup([])
        self._taking = [asyncio.create_task(self._take_from(one)) for one in sockets or ()]

    async def _take_from(self, listener: socket) -> None:
        """Take connections one by one, after processes that have fewer.

        asyncio's own server takes all that have come at once: of several processes one would get
        most of them, and answer them alone.
        """
        loop = asyncio.get_running_loop()
        listener.listen(_BACKLOG)
        listener.setblocking(False)
        while True:
            try:
                taken, _ = await loop.sock_accept(listener)
            except ConnectionAbortedError:
                continue
            except OSError as error:  # no file descriptor is left, or no memory
                _LOG.error("no connection can be taken: %s", error.strerror or error)
                await asyncio.sleep(_PAUSE)
                continue
            task = loop.create_task(self._connect(taken))
            self._taken.add(task)
            task.add_done_callback(self._taken.discard)
            if self._shares is not None:
                await self._shares.let_others_take(self._count())

    async def _connect(self, taken: socket) -> None:
        def make_connection() -> Connection:
            state = self.server_state, self.lifespan.state
            return Connection(self._max_head, self.config, *state)

        with suppress(OSError):  # its client has left
            await asyncio.get_running_loop().connect_accepted_socket(make_connection, taken)

    def _count(self) -> int:
        """The connections taken and not ended."""
        return len(self.server_state.connections) + len(self._taken)

    async def on_tick(self, counter: int) -> bool:
        if self._shares is not None:
            self._shares.tell(self._count())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        if self._stop_timeout is not None:
            last = threading.Timer(self._stop_timeout, self._leave)
            last.daemon = True
            last.start()
        for task in self._taking:
            task.cancel()
        await super().shutdown(sockets)
        self._finished = True

    def _leave(self) -> None:
        if not self._finished:
            _LOG.error("not all requests ended within %g seconds: leaving them", self._stop_timeout)
        os._exit(0 if self._finished else 1)


def make_server(
    app: ASGIApp, limits: Limits, stop_timeout: float | None = None, shares: Shares | None = None
) -> Server:
    """A server of the application, to be run with a listening socket.

    `shares` says how many connections the other processes have that listen on the same one.
    """
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # service/proxies.py says whom to believe
        timeout_keep_alive=limits.patience,
        limit_concurrency=limits.connections + 1,  # at which uvicorn refuses without a hint
    )
    return Server(config, limits.max_head, stop_timeout, shares)
