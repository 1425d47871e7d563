"""Clients that keep a connection each and ask as soon as they are answered.

    python -m service.bench.client < JSON of `ask`'s arguments > JSON of what came of it

A process of its own, so that it shares no interpreter with what it asks, and cheap: bytes over
sockets, answers not looked into.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TIMEOUT = 120.0  # seconds
_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Load:
    """What some clients saw: the time of each answer, and how many were none."""

    seconds: float
    milliseconds: list[float]
    refused: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.milliseconds) / self.seconds


class Connection:
    """One kept connection. Raises OSError where it breaks."""

    def __init__(self, host: str, port: int) -> None:
        self._name = f"{host}:{port}"
        self._socket = socket.create_connection((host, port), timeout=_TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""

    def get(self, target: str) -> tuple[int, bytes]:
        """Status and body of one GET."""
        self._socket.sendall(f"GET {target} HTTP/1.1\r\nHost: {self._name}\r\n\r\n".encode())
        while _END not in self._read:
            self._receive()
        head, _, self._read = self._read.partition(_END)
        length = _find_length(head)
        while len(self._read) < length:
            self._receive()
        body, self._read = self._read[:length], self._read[length:]
        return int(head.split(b" ", 2)[1]), body

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> None:
        received = self._socket.recv(262_144)
        if not received:
            raise ConnectionError("the server closed the connection")
        self._read += received


def _find_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(_LENGTH):
            return int(line[len(_LENGTH) :])
    raise ConnectionError("an answer without a length")


def load(host: str, port: int, targets: list[str], clients: int, seconds: float) -> Load:
    """Run the clients in a process of their own until all is asked, or so many seconds are over."""
    asked = {"host": host, "port": port, "targets": targets, "clients": clients, "seconds": seconds}
    done = subprocess.run(  # nosec B603  # this very module
        [sys.executable, "-m", "service.bench.client"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ConnectionError(done.stderr.strip().splitlines()[-1])
    return Load(**json.loads(done.stdout))


def ask(host: str, port: int, targets: list[str], clients: int, seconds: float) -> dict[str, Any]:
    """What `Load` holds. Each target is asked once, by whichever client is free."""
    shared = _Shared(iter(targets))
    connections = [Connection(host, port) for _ in range(clients)]
    started = time.perf_counter()
    threads = [
        threading.Thread(target=shared.ask, args=(connection, started + seconds))
        for connection in connections
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.perf_counter() - started
    if shared.broken:
        raise shared.broken[0]
    return {"seconds": lasted, "milliseconds": shared.took, "refused": shared.refused}


class _Shared:
    def __init__(self, targets: Iterator[str]) -> None:
        self._targets = targets
        self._lock = threading.Lock()
        self.took: list[float] = []
        self.refused = 0
        self.broken: list[Exception] = []

    def ask(self, connection: Connection, until: float) -> None:
        try:
            while (begun := time.perf_counter()) < until:
                with self._lock:
                    target = next(self._targets, None)
                if target is None:
                    break
                status, _ = connection.get(target)
                if status == 200:
                    self.took.append(1000 * (time.perf_counter() - begun))
                else:
                    self.refused += 1
        except (OSError, ValueError) as error:
            self.broken.append(error)
        finally:
            connection.close()


if __name__ == "__main__":
    print(json.dumps(ask(**json.load(sys.stdin))))
