"""A relay between a client and a server: slow, cut, silent, or speaking TLS for a server that
cannot. So tests have bad lines without touching the machine's network.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from embeddings.index.postgres.background import Background

_TLS_ASKED = bytes.fromhex("0000000804d2162f")
_PORTION = 1 << 16


class Relay:
    """Passes bytes on to a port of 127.0.0.1, from a port of its own. `asked` counts what came."""

    def __init__(
        self,
        behind: int,
        tls: ssl.SSLContext | None = None,
        listener: socket.socket | None = None,
    ) -> None:
        self.delay = 0.0  # seconds, before each portion that the server sends
        self.asked = 0
        self._behind = behind
        self._tls = tls
        self._silent = self._refusing = False
        self._lines: set[asyncio.WriteTransport] = set()
        self._forgotten: set[asyncio.WriteTransport] = set()
        self._background = Background("relay")
        if listener is None:
            listener = socket.create_server(("127.0.0.1", 0))
        self._server = self._background.run(asyncio.start_server(self._serve, sock=listener))
        host, self.port = self._server.sockets[0].getsockname()[:2]
        self.place = f"{host}:{self.port}"

    def cut(self) -> None:
        """Drop every connection, and refuse new ones, until `mend`."""
        self._refusing = True
        self.drop()

    def drop(self) -> None:
        """Drop every connection; new ones may come."""
        self._background.run(self._drop())

    def forget(self) -> None:
        """End each connection of now when it is next used, as a router does that forgot it."""
        self._forgotten = set(self._lines)

    def swallow(self) -> None:
        """Pass nothing on, without a sign to either side, until `mend`."""
        self._silent = True

    def mend(self) -> None:
        """Be a good line again, for new connections."""
        self.drop()
        self.delay, self._silent, self._refusing = 0.0, False, False

    def close(self) -> None:
        """End all of it."""
        self._background.stop(self._close())

    async def _close(self) -> None:
        self._server.close()
        await self._drop()

    async def _drop(self) -> None:
        for line in self._lines:
            line.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = {writer.transport}
        with suppress(OSError, EOFError, asyncio.CancelledError):
            if not self._refusing:
                self._lines |= lines
                if self._tls is not None:
                    await self._speak_tls(reader, writer)
                    lines.add(writer.transport)
                answers, behind = await asyncio.open_connection("127.0.0.1", self._behind)
                lines.add(behind.transport)
                self._lines |= lines
                await asyncio.gather(
                    self._pass(reader, behind, False), self._pass(answers, writer, True)
                )
        for line in lines:
            line.abort()
        self._lines -= lines

    async def _speak_tls(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readexactly(len(_TLS_ASKED)) != _TLS_ASKED:
            raise EOFError  # one who would speak without
        writer.write(b"S")
        await writer.start_tls(self._tls)  # type: ignore[arg-type]

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, answers: bool
    ) -> None:
        try:
            while data := await source.read(_PORTION):
                self.asked += not answers
                if target.transport in self._forgotten:
                    return
                if answers and self.delay:
                    await asyncio.sleep(self.delay)
                if not self._silent:
                    target.write(data)
                    await target.drain()
        finally:
            target.close()


@contextmanager
def run_relay(
    behind: int, tls: ssl.SSLContext | None = None, listener: socket.socket | None = None
) -> Iterator[Relay]:
    """A relay to a port of this machine, which takes what comes to a listening socket if given."""
    relay = Relay(behind, tls, listener)
    try:
        yield relay
    finally:
        relay.close()
