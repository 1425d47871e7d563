"""Networks of their own in namespaces of the kernel: with a line that can be cut as a cable is,
or with none at all.

Takes root and the program `ip`.
"""

import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

CAN_BE_MADE = os.geteuid() == 0 and shutil.which("ip") is not None
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET


class Line:
    """The line to a namespace, and a socket that listens at its far end."""

    def __init__(self, name: str, listener: socket.socket) -> None:
        self.listener = listener
        self._name = name

    def cut(self) -> None:
        """Let nothing through; neither side is told."""
        _ip("link", "set", self._name, "down")

    def mend(self) -> None:
        """Let all through again."""
        _ip("link", "set", self._name, "up")


@contextmanager
def lay_line() -> Iterator[Line]:
    """A new namespace, a line to it, and a socket that listens there."""
    number = os.getpid() % 60000
    name = f"winnow{number}"
    near, far = (f"10.{200 + number // 2**14}.{number // 64 % 256}.{end}" for end in (1, 2))
    _ip("netns", "add", name)
    try:
        _ip("link", "add", name, "type", "veth", "peer", "name", "far", "netns", name)
        _ip("address", "add", f"{near}/30", "dev", name)
        _ip("link", "set", name, "up")
        _ip("-n", name, "address", "add", f"{far}/30", "dev", "far")
        _ip("-n", name, "link", "set", "far", "up")
        # A thread alone is moved there, and ends; a socket stays where it was made.
        with ThreadPoolExecutor(1) as pool:
            listener = pool.submit(_listen, name, far).result()
        with listener:
            yield Line(name, listener)
    finally:
        _ip("netns", "delete", name)


def leave_networks() -> None:
    """Leave the calling thread, and all that it starts, a loopback of its own and no more."""
    left = ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK)
    assert left == 0, os.strerror(ctypes.get_errno())
    _ip("link", "set", "lo", "up")


def _listen(name: str, address: str) -> socket.socket:
    with Path("/run/netns", name).open() as namespace:
        moved = ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _NEW_NETWORK)
        assert moved == 0, os.strerror(ctypes.get_errno())
    return socket.create_server((address, 0))


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
