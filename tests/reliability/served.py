"""A server as a process of its own, what it takes of the machine, and builds published under it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from embeddings.artifact import Artifact
from embeddings.index.local import LocalIndex
from tests.service.cli.conftest import make_environment

_PRIVATE = re.compile(r"^Pss_Anon: +(\d+) kB$", re.MULTILINE)
_THREADS = re.compile(r"^Threads:\t(\d+)$", re.MULTILINE)
_STARTED = "Started server process"
_ERROR = re.compile(r" (ERROR|CRITICAL) |^Traceback ")


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a process and its children hold at a moment. Memory is anonymous (PSS), in bytes."""

    seconds: float
    memory: int
    descriptors: int
    threads: int


class Served:
    """A running server, its output in a file."""

    def __init__(self, process: subprocess.Popen[str], address: str, output: Path) -> None:
        parts = urlsplit(address)
        assert parts.hostname and parts.port
        self.host, self.port = parts.hostname, parts.port
        self.address = address
        self._process = process
        self._output = output

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def list_processes(self) -> list[Path]:
        """It and all that it began, by their folders in /proc."""
        return _find_processes(Path("/proc", str(self._process.pid)))

    def measure(self, seconds: float) -> Footprint:
        memory = descriptors = threads = 0
        for folder in self.list_processes():
            found = _PRIVATE.search((folder / "smaps_rollup").read_text())
            assert found, "this kernel tells no Pss_Anon"
            memory += 1024 * int(found[1])
            descriptors += len(os.listdir(folder / "fd"))
            counted = _THREADS.search((folder / "status").read_text())
            assert counted
            threads += int(counted[1])
        return Footprint(seconds, memory, descriptors, threads)

    def read_errors(self) -> list[str]:
        """The lines of its log that tell of an error."""
        with self._output.open() as lines:
            return [line for line in lines if _ERROR.search(line)]


def _find_processes(folder: Path) -> list[Path]:
    """A process and all that it began, by their folders in /proc."""
    found = [folder]
    for task in (folder / "task").iterdir():
        for child in (task / "children").read_text().split():
            found += _find_processes(folder.with_name(child))
    return found


@contextmanager
def serving(index: Path | str, output: Path, workers: int) -> Iterator[Served]:
    """`winnow serve` over an index, until the context ends; then it is told to stop, and does."""
    flags = ("--workers", str(workers)) if workers > 1 else ()
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "serve", "--index", str(index), "--port", "0", *flags],
        env=make_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process, output.open("w") as kept:
        assert process.stderr
        said: list[str] = []
        while not (address := _find_address(said, workers)) and (line := process.stderr.readline()):
            said.append(line)
        kept.writelines(said)
        keeping = threading.Thread(target=shutil.copyfileobj, args=(process.stderr, kept))
        keeping.start()
        try:
            assert address, "".join(said)
            yield Served(process, address, output)
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) in (0, -signal.SIGTERM)
        finally:
            process.kill()
            keeping.join()


def _find_address(said: list[str], workers: int) -> str:
    """Where it answers, once so many processes do."""
    if sum(_STARTED in line for line in said) < workers:
        return ""
    return next((line.split()[2] for line in said if line.startswith("serving on ")), "")


@contextmanager
def every(seconds: float, act: Callable[[float], object]) -> Iterator[None]:
    """Do something again and again, told how long it has gone on; raises what went wrong."""
    ended = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        begun = time.monotonic()
        try:
            while not ended.wait(seconds):
                act(time.monotonic() - begun)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    if failures:
        raise failures[0]


class Publisher:
    """Publishes finished builds in turn, by the last step of each build and of each rollback."""

    def __init__(self, artifact: Artifact) -> None:
        self.count = 0
        self._artifact = artifact
        self._builds = artifact.finished()

    def publish(self, _: float = 0) -> None:
        self.count += 1
        with self._artifact._lock():
            self._artifact._point_to(self._builds[self.count % len(self._builds)])


def read_passages(artifact: Artifact) -> dict[str, dict[str, str]]:
    """The text of each passage by its id, of every finished build."""
    return {build: _read_build(artifact.open(build)[1]) for build in artifact.finished()}


def _read_build(index: LocalIndex) -> dict[str, str]:
    stored = index.read(range(index.passage_count))
    index.close()
    return {one.passage.id: one.passage.text for one in stored}
