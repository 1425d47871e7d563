"""A Ray cluster for a test: a head without processors, and two workers, each a machine of its own.

As root, and where `ip` is installed, each is in a network namespace of its own, on a bridge in that
of the head; else all are on the loopback. What a node starts is known by a mark in its environment.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

_ROOT = Path(__file__).parents[2]
_MARK = "WINNOW_TEST_NODE"


@dataclass(frozen=True, slots=True)
class Node:
    """`prefix` is what a command that runs on it begins with."""

    address: str
    mark: str
    prefix: Sequence[str]
    environment: dict[str, str]

    def run(self, *command: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """Run Python there, without a word from the network."""
        return subprocess.run(
            [*self.prefix, sys.executable, *command],
            cwd=_ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
        )


@dataclass(frozen=True, slots=True)
class RayNodes:
    """The head, and the two that work."""

    head: Node
    workers: tuple[Node, Node]
    client_address: str
    folder: Path

    def read_logs(self) -> str:
        """What went wrong on the head, as its client server tells it."""
        found = sorted(self.folder.glob("session_2*/logs/ray_client_server*"))
        return "\n".join(f"{path.name}: {path.read_text()[-3000:]}" for path in found)


@contextmanager
def ray_nodes() -> Iterator[RayNodes]:
    """Three nodes, gone afterwards with all they started."""
    name = f"wn{secrets.token_hex(3)}"
    port, client_port = _find_free_ports()
    with TemporaryDirectory(dir="/tmp", prefix="wn") as folder, _namespaces(name) as places:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, [os.getenv("PYTHONPATH")])]),
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_raylet_start_wait_time_s": "300",  # a machine may be busy
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
        }
        head, *workers = (
            Node(address, f"{name}-{i}", prefix, {**environment, _MARK: f"{name}-{i}"})
            for i, (address, prefix) in enumerate(places)
        )
        try:
            _start(
                head,
                "--head",
                f"--port={port}",
                f"--temp-dir={folder}",
                "--num-cpus=0",
                f"--ray-client-server-port={client_port}",
                "--include-dashboard=false",
            )
            for node in workers:
                _start(node, f"--address={head.address}:{port}", "--num-cpus=1")
            yield RayNodes(
                head,
                (workers[0], workers[1]),
                f"ray://{head.address}:{client_port}",
                Path(folder),
            )
        finally:
            for node in (head, *workers):
                kill_all(node.mark)


def _find_free_ports() -> tuple[int, int]:
    """Two of this machine, which those of a namespace are too."""
    with socket.socket() as one, socket.socket() as other:
        for taken in (one, other):
            taken.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _start(node: Node, *how: str) -> None:
    # With a file for its output: what it leaves running would keep a pipe open.
    with TemporaryDirectory() as folder, (Path(folder) / "said").open("w+") as said:
        command = ["-m", "ray.scripts.scripts", "start", f"--node-ip-address={node.address}", *how]
        command += ["--min-worker-port=0", "--max-worker-port=0"]  # any that are free
        code = subprocess.run(
            [*node.prefix, sys.executable, *command],
            cwd=_ROOT,
            env=node.environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            timeout=400,
        ).returncode
        said.seek(0)
        assert code == 0, said.read()


@contextmanager
def _namespaces(name: str) -> Iterator[list[tuple[str, list[str]]]]:
    """Of each node its address, and what runs a command there; the first can reach the others."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        yield [(f"127.0.0.{i}", []) for i in (1, 2, 3)]
        return
    names = [f"{name}{i}" for i in range(3)]
    try:
        for one in names:
            _ip("netns", "add", one)
            _ip("-n", one, "link", "set", "lo", "up")
        _ip("-n", names[0], "link", "add", "bridge", "type", "bridge")
        _ip("-n", names[0], "addr", "add", "10.77.0.1/24", "dev", "bridge")
        _ip("-n", names[0], "link", "set", "bridge", "up")
        for i, one in enumerate(names[1:], 2):
            _ip(
                "-n",
                names[0],
                "link",
                "add",
                f"to{i}",
                "type",
                "veth",
                "peer",
                "name",
                "own",
                "netns",
                one,
            )
            _ip("-n", names[0], "link", "set", f"to{i}", "master", "bridge", "up")
            _ip("-n", one, "addr", "add", f"10.77.0.{i}/24", "dev", "own")
            _ip("-n", one, "link", "set", "own", "up")
        yield [(f"10.77.0.{i}", ["ip", "netns", "exec", one]) for i, one in enumerate(names, 1)]
    finally:
        for one in names:
            subprocess.run(["ip", "netns", "delete", one], check=False, capture_output=True)


def _ip(*what: str) -> None:
    subprocess.run(["ip", *what], check=True, capture_output=True)


def find_all(mark: str) -> list[int]:
    """The processes of a node."""
    wanted, found = f"{_MARK}={mark}".encode(), []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return found


def kill_all(mark: str) -> None:
    """As by a power cut: again and again, until none is left that another has started meanwhile."""
    while pids := [pid for pid in find_all(mark) if pid != os.getpid()]:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
