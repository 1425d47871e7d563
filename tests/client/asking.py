"""One way to ask both kinds of client, and servers that answer what a test has written down."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.service.waiting import run_alone

HEALTHY = {"status": "ready", "build": "b1"}


class Asker:
    """A client of either kind: its methods give what they give, or raise, without any `await`."""

    def __init__(self, library: Any, kind: str, where: str, options: dict[str, Any]) -> None:
        self._make = getattr(library, kind)
        self._is_async = kind == "AsyncClient"
        self._where = where
        self._options = options

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if self._is_async:
                return run_alone(lambda: self._wait_for(name, given, named))
            with self._make(self._where, **self._options) as client:
                found = getattr(client, name)(*given, **named)
                return list(found) if name == "all_documents" else found

        return call

    async def _wait_for(self, name: str, given: Any, named: Any) -> Any:
        options = dict(self._options)
        if rest := options.get("sleep"):

            async def sleep(seconds: float) -> None:
                rest(seconds)

            options["sleep"] = sleep
        async with self._make(self._where, **options) as client:
            found = getattr(client, name)(*given, **named)
            if name == "all_documents":
                return [one async for one in found]
            return await found


def to_json(value: Any) -> Any:
    """A dataclass of the client as the JSON it was read from, by its own fields alone."""
    if is_dataclass(value):
        names = [one.name for one in fields(value) if one.name != "raw"]
        return {name: to_json(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        return [to_json(one) for one in value]
    if isinstance(value, dict):
        return {name: to_json(one) for name, one in value.items()}
    return value


def drop_times(answer: Any) -> Any:
    """Without what is another each time."""
    return {name: value for name, value in answer.items() if name != "took_ms"}


@dataclass(frozen=True)
class Reply:
    """What a server answers; a status of 0 ends the connection without a word."""

    status: int
    body: object = None
    headers: tuple[tuple[str, str], ...] = ()


OK = Reply(200, HEALTHY)
LOST = Reply(0)


@dataclass(frozen=True)
class Scripted:
    """A server that gives its replies in turn, and keeps what it was sent."""

    address: str
    asked: list[tuple[str, dict[str, str]]]


@contextmanager
def answering(*replies: Reply) -> Iterator[Scripted]:
    left, asked = list(replies), list[tuple[str, dict[str, str]]]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            reply = left.pop(0)
            self.close_connection = True
            if not reply.status:
                return
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in (*reply.headers, ("Content-Length", str(len(body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Nothing is written."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Scripted(f"http://127.0.0.1:{server.server_address[1]}", asked)
        finally:
            server.shutdown()
            thread.join()
