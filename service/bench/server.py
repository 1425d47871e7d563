"""`winnow serve` as a process of its own: when it first answers, and what it holds in memory."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from embeddings.errors import ServiceError
from service.bench.client import Connection

_ADDRESS = re.compile(r"serving on http://([\d.]+):(\d+)")
_BEGUN = "Started server process"
_LONGEST_START = 600.0  # seconds
_LOOK = 0.002
_FIRST = "what does this folder say?"
_FIELD = re.compile(r"^(\w+): +(\d+) kB$", re.MULTILINE)
# Nothing is refused for want of a place, a minute's count, or a key.
_OPEN = ("--queue", "1000", "--rate", "3600000", "--timeout", "600", "--host", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes that some processes hold: their own, the share of files mapped, what is resident.

    A page that several of them share counts once in the first two, and in each in `resident`.
    """

    anonymous: float
    mapped: float
    resident: float


@dataclass(frozen=True, slots=True)
class Server:
    """One that answers; `started` is how many seconds it took until the first answer."""

    host: str
    port: int
    process: int
    started: float


def measure_memory(process: int) -> Memory | None:
    """What a process and all that it started hold now; None where the system does not tell."""
    told = [_read_memory(one) for one in _list_family(process)]
    found = [fields for fields in told if fields]
    if not found:
        return None
    total = {name: sum(one[name] for one in found) / 1000 for name in found[0]}
    return Memory(total["Pss_Anon"], total["Pss_File"] + total["Pss_Shmem"], total["Rss"])


def make_target(query: str) -> str:
    """What a client asks for."""
    return f"/api/search?q={quote(query)}"


@contextmanager
def serve(index: str, workers: int, encoder: str) -> Iterator[Server]:
    """A server over an index on a free port, for as long as the context lasts.

    It is told which by its environment, since a command line shows to everyone and an address may
    hold a password. Raises ServiceError where it does not start.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "service",
            "serve",
            "--port",
            "0",
            "--workers",
            str(workers),
            *_OPEN,
        ]
        command += ["--keys", str(Path(folder, "keys.json"))]
        command += ["--encoder", encoder] if encoder else []
        said = Path(folder, "said.txt")
        started = time.monotonic()
        with said.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(  # nosec B603  # this very program
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env={**os.environ, "WINNOW_INDEX": index},
            )
        try:
            _, host, port = _wait(process, said, _ADDRESS)
            _ask_first(host, int(port))
            answered = time.monotonic() - started
            # The first of several answers before the others are there.
            _wait(process, said, re.compile(f"(?s:(.*{_BEGUN}){{{workers}}})"))
            yield Server(host, int(port), process.pid, answered)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait(process: subprocess.Popen[bytes], said: Path, wanted: re.Pattern[str]) -> tuple[str, ...]:
    """What it says, and the parts of that, once it says so."""
    until = time.monotonic() + _LONGEST_START
    while time.monotonic() < until:
        told = said.read_text(encoding="utf-8", errors="replace")
        if found := wanted.search(told):
            return found[0], *found.groups()
        if process.poll() is not None:
            last = (told.strip().splitlines() or ["it said nothing"])[-1]
            raise ServiceError(f"the server did not start: {last}", "see what `winnow serve` says")
        time.sleep(_LOOK)
    raise ServiceError(f"the server did not start within {_LONGEST_START:g} s")


def _ask_first(host: str, port: int) -> None:
    connection = Connection(host, port)
    status, body = connection.get(make_target(_FIRST))
    connection.close()
    if status != 200:
        raise ServiceError(f"the server answered {status}: {body.decode(errors='replace')}")


def _read_memory(process: int) -> dict[str, float]:
    """Kilobytes, by the names the kernel has for them."""
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii", errors="replace")
    except OSError:
        return {}
    fields = {name: float(value) for name, value in _FIELD.findall(told)}
    wanted = ("Pss_Anon", "Pss_File", "Pss_Shmem", "Rss")
    return {name: fields.get(name, 0.0) * 1.024 for name in wanted}


def _list_family(process: int) -> list[int]:
    """A process and all that it started, and they."""
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        told = [(task / "children").read_text(encoding="ascii") for task in tasks]
    except OSError:
        return [process]
    children = [int(child) for line in told for child in line.split()]
    return [process, *(one for child in children for one in _list_family(child))]
