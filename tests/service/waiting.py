"""An encoder that lets a test hold a search where it is, and clients that speak in bytes."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeVar
from urllib.parse import urlsplit

from embeddings.encoders.hashing import HashingEncoder
from embeddings.records import Vectors

Result = TypeVar("Result")
HELD = "hold"
LONGEST = 120  # seconds after which a test that waits has failed


class WaitingEncoder(HashingEncoder):
    """The hashing encoder, which holds a query with the word `hold` in it until it is let go."""

    def __init__(self) -> None:
        self._begun = threading.Semaphore(0)
        self._let_go = threading.Event()
        self.held = 0

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        if any(HELD in text for text in texts):
            self.held += 1
            self._begun.release()
            assert self._let_go.wait(LONGEST)
        return super().encode_queries(texts)

    def wait_until_held(self, count: int = 1) -> None:
        for _ in range(count):
            assert self._begun.acquire(timeout=LONGEST)

    def let_go(self) -> None:
        self._let_go.set()


def run_alone(act: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run a coroutine in a loop of its own, whatever else runs in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(act())).result()


def connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    assert parts.hostname and parts.port
    return socket.create_connection((parts.hostname, parts.port), timeout=LONGEST)


def read_all(client: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    told = bytearray()
    try:
        while received := client.recv(65536):
            told += received
    except ConnectionResetError:
        pass
    return bytes(told)


def speak(address: str, said: bytes) -> bytes:
    """Send bytes over a connection of their own; what came until the server closed it."""
    with closing(connect(address)) as client:
        client.sendall(said)
        return read_all(client)


def read_error(told: bytes) -> dict[str, Any]:
    """The error in an answer."""
    _, _, body = told.partition(b"\r\n\r\n")
    error: dict[str, Any] = json.loads(body)["error"]
    return error


def ask(path: str) -> bytes:
    """A request after whose answer the connection is closed."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


def post(body_head: str, path: str = "/api/search") -> bytes:
    """The head of a request with a body."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"{body_head}\r\n\r\n"
    ).encode()
