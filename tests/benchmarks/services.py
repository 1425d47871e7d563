"""The services that are measured, each as a process that answers on a free port."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from service.bench.client import Connection, Load, load
from service.bench.server import make_target, serve
from tests.benchmarks.environments import NotHere, make_environment

HERE = Path(__file__).parent
_LONGEST_START = 600.0
_PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class Running:
    """One that answers: its process, and how so many clients ask it queries for some seconds."""

    process: int
    ask: Callable[[list[str], int, float], Load]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The texts: as an index of Winnow, as plain files, and where services keep theirs."""

    index: Path
    texts: Path
    model: Path


@contextmanager
def winnow(corpus: Corpus, workers: int) -> Iterator[Running]:
    with serve(corpus.index, workers, "") as server:
        yield Running(server.process, _ask_by(server.port, make_target))


@contextmanager
def straightforward(corpus: Corpus) -> Iterator[Running]:
    port = _find_port()
    made = "tests.benchmarks.straightforward:make_app"
    command = [sys.executable, "-m", "uvicorn", "--factory", made]
    environment = {"CORPUS": str(corpus.texts), "MODEL": str(corpus.model)}
    with _run([*command, "--port", str(port)], environment) as process:
        _wait(port, "/search?q=ready", process)
        yield Running(process.pid, _ask_by(port, lambda query: f"/search?q={quote(query)}"))


@contextmanager
def txtai(corpus: Corpus) -> Iterator[Running]:
    python, port = make_environment("txtai"), _find_port()
    index = corpus.texts / "txtai"
    if not index.exists():
        _do([python, HERE / "txtai_index.py", corpus.texts, corpus.model, index])
    settings = corpus.texts / "txtai.yml"
    told = f"path: {index}\nwritable: false\nembeddings:\n  path: {corpus.model}\n"
    settings.write_text(told, encoding="utf-8")
    command = [str(python), "-m", "uvicorn", "txtai.api:app", "--port", str(port)]
    with _run(command, {"CONFIG": str(settings)}) as process:
        _wait(port, "/search?query=ready", process)
        yield Running(
            process.pid, _ask_by(port, lambda query: f"/search?query={quote(query)}&limit=10")
        )


@contextmanager
def chroma(corpus: Corpus) -> Iterator[Running]:
    """Its server encodes nothing: the client does, in a process of its own."""
    python, port = make_environment("chroma"), _find_port()
    kept = corpus.texts / "chroma"
    is_new = not kept.exists()
    program = str(python.parent / "chroma")
    client = [str(python), str(HERE / "chroma_client.py")]
    with _run([program, "run", "--path", str(kept), "--port", str(port)], {}) as process:
        _wait(port, "/api/v2/heartbeat", process)
        if is_new:
            _do([*client, "fill", corpus.texts, port])

        def ask(queries: list[str], clients: int, seconds: float) -> Load:
            told = json.dumps({"queries": queries, "clients": clients, "seconds": seconds})
            return Load(**json.loads(_do([*client, "ask", corpus.model, port], told)))

        yield Running(process.pid, ask)


def _ask_by(port: int, make: Callable[[str], str]) -> Callable[[list[str], int, float], Load]:
    def ask(queries: list[str], clients: int, seconds: float) -> Load:
        return load("127.0.0.1", port, [make(query) for query in queries], clients, seconds)

    return ask


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _run(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment, "ANONYMIZED_TELEMETRY": "False"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, target: str, process: subprocess.Popen[bytes]) -> None:
    """Return once it answers. Raises NotHere where it ends instead."""
    until = time.monotonic() + _LONGEST_START
    while time.monotonic() < until:
        if process.poll() is not None:
            raise NotHere(f"its server ended with {process.returncode}")
        try:
            connection = Connection("127.0.0.1", port)
            status, _ = connection.get(target)
            connection.close()
        except OSError:
            time.sleep(_PAUSE)
            continue
        if status == 200:
            return
        raise NotHere(f"its server answers {status} to {target}")
    raise NotHere("its server does not answer")


def _do(command: list[object], told: str = "") -> str:
    done = subprocess.run(
        list(map(str, command)), input=told, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotHere(f"{Path(str(command[1])).name}: {last}")
    return done.stdout
