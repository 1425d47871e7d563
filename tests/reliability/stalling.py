"""Clients that stall, each in one way, and come again as soon as the server has cut them off."""

import asyncio
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

_HALF = b"GET /api/search?q=ships HTTP/1.1\r\nHost: local"
_WHOLE = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"  # a long answer
_TOO_MANY = b"HTTP/1.1 503 "
_AT_ONCE = 100
_PAUSE = 0.5  # seconds between two bytes
_OF_EACH_KIND = 2

Stall = Callable[[socket.socket], Awaitable[None]]


async def say_nothing(client: socket.socket) -> None:
    await _wait_for_the_end(client)


async def send_half_a_head(client: socket.socket) -> None:
    await asyncio.get_running_loop().sock_sendall(client, _HALF)
    await _wait_for_the_end(client)


async def send_byte_by_byte(client: socket.socket) -> None:
    """A head that never ends, always with something new in it."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, _HALF)
    while True:
        await loop.sock_sendall(client, b"x")
        await asyncio.sleep(_PAUSE)


async def read_byte_by_byte(client: socket.socket) -> None:
    """Ask far more than is read: what is told fills all that lies between."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, _AT_ONCE * _WHOLE)
    while await loop.sock_recv(client, 1):
        await asyncio.sleep(_PAUSE)
        await loop.sock_sendall(client, _WHOLE)  # which fails once the server has gone


async def _wait_for_the_end(client: socket.socket) -> None:
    """One that is a connection too many is told so."""
    told = await asyncio.get_running_loop().sock_recv(client, len(_TOO_MANY))
    if told not in (b"", _TOO_MANY):
        raise AssertionError("an answer to half a question")


KINDS: tuple[Stall, ...] = (say_nothing, send_half_a_head, send_byte_by_byte, read_byte_by_byte)


async def _stall(kind: Stall, place: tuple[str, int], cut_off: Counter[str]) -> None:
    while True:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, place)
            with suppress(ConnectionError):
                await kind(client)
            cut_off[kind.__name__] += 1


@contextmanager
def stalling(host: str, port: int) -> Iterator[Counter[str]]:
    """Stall in every way; how often each was cut off by the server."""
    cut_off: Counter[str] = Counter()
    tasks = [
        asyncio.ensure_future(_stall(kind, (host, port), cut_off))
        for kind in KINDS
        for _ in range(_OF_EACH_KIND)
    ]
    try:
        yield cut_off
    finally:
        for task in tasks:
            if task.done():
                task.result()  # raises what went wrong
            task.cancel()
