"""The web server: uvicorn, with limits on how slowly a client may go and how long a stop may take.

uvicorn itself waits for ever for the head of a request, and for an answer to be taken.
"""

import asyncio
import json
import logging
import os
import threading
from socket import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.limits import Limits

_LOG = logging.getLogger("winnow")
_LEAST_TAKEN = 65_536  # bytes
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


class Connection(H11Protocol):
    """One client. It is cut off where it sends a head, or takes an answer, too slowly.

    Of an answer that fills what lies between, it must take some in each spell of patience.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.access_log = False  # it has whole addresses, questions included
        self._cut_off: asyncio.TimerHandle | None = None
        self._refusal: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
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
        super().data_received(data)
        if self._is_answering() and not self.flow.write_paused:
            self._stop()

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

    def __init__(self, config: uvicorn.Config, stop_timeout: float | None) -> None:
        super().__init__(config)
        self._stop_timeout = stop_timeout
        self._finished = False

    def stop(self) -> None:
        """As a signal does, from any thread."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        if self._stop_timeout is not None:
            last = threading.Timer(self._stop_timeout, self._leave)
            last.daemon = True
            last.start()
        await super().shutdown(sockets)
        self._finished = True

    def _leave(self) -> None:
        if not self._finished:
            _LOG.error("not all requests ended within %g seconds: leaving them", self._stop_timeout)
        os._exit(0 if self._finished else 1)


def make_server(app: ASGIApp, limits: Limits, stop_timeout: float | None = None) -> Server:
    """A server of the application, to be run with a listening socket."""
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # service/proxies.py says whom to believe
        timeout_keep_alive=limits.patience,
        limit_concurrency=limits.connections + 1,  # at which uvicorn refuses without a hint
        h11_max_incomplete_event_size=limits.max_head,
    )
    return Server(config, stop_timeout)
