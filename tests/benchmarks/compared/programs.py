"""Each compared program as a process that builds an index of a folder and answers questions."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from embeddings import __version__
from service.bench.client import Connection
from service.bench.server import make_target
from tests.benchmarks.compared.judging import Hit
from tests.benchmarks.environments import NotHere, make_environment
from tests.benchmarks.texts import find_model

HERE = Path(__file__).parent
_ADDRESS = re.compile(r"serving on http://([\d.]+):(\d+)")
_LONGEST_START = 600.0  # seconds
_LOOK = 0.005
# None calls home or looks for a newer model while it is timed.
_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


@dataclass(frozen=True, slots=True)
class Running:
    """One that has built its index; `ask` gives the hits, and whether it calls them an answer."""

    process: int
    pieces: int
    ask: Callable[[str], tuple[tuple[Hit, ...], bool]]


@dataclass(frozen=True, slots=True)
class Program:
    """`package` is what its version is read of, `environment` where it is; Winnow has neither."""

    name: str
    package: str
    environment: str
    open: Callable[[Path], AbstractContextManager[Running]]

    def find_version(self) -> str:
        """Of what is installed; installs it where it is not. Raises NotHere."""
        if not self.environment:
            return __version__
        python = make_environment(self.environment)
        code = f"from importlib.metadata import version; print(version({self.package!r}))"
        told = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True)
        return told.stdout.strip()


@contextmanager
def run_winnow(folder: Path) -> Iterator[Running]:
    """`winnow serve FOLDER` with an index that is not there yet, asked over HTTP."""
    with tempfile.TemporaryDirectory() as place:
        kept = ["--index", str(Path(place, "index")), "--keys", str(Path(place, "keys.json"))]
        command = [sys.executable, "-m", "service", "serve", str(folder), "--port", "0", *kept]
        said = Path(place, "said.txt")
        command += ["--rate", "3600000"]
        with said.open("w", encoding="utf-8") as file, _start(command, file) as process:
            port = _wait_for_port(process, said)
            connection = Connection("127.0.0.1", port)

            def ask(question: str) -> tuple[tuple[Hit, ...], bool]:
                status, body = connection.get(make_target(question))
                if status != 200:
                    raise NotHere(f"the server answered {status}: {body.decode(errors='replace')}")
                told = json.loads(body)
                hits = (Hit(hit["text"], hit["score"]) for hit in told["hits"])
                return tuple(hits), told["answered"]

            _, body = connection.get("/api/info")
            yield Running(process.pid, json.loads(body)["counts"]["passages"], ask)
            connection.close()


@contextmanager
def run_script(
    environment: str, script: str, arguments: tuple[str, ...], folder: Path
) -> Iterator[Running]:
    """A script of this folder that answers by its standard output; see `answering.py`."""
    python = make_environment(environment)
    command = [str(python), str(HERE / script), str(folder), str(find_model()), *arguments]
    with tempfile.TemporaryFile() as said, _start(command, said, subprocess.PIPE) as process:

        def read() -> Any:
            assert process.stdout
            line = process.stdout.readline()
            if not line:
                said.seek(0)
                told = said.read().decode(errors="replace").strip().splitlines()
                raise NotHere(f"{script} ended: {told[-1] if told else 'it said nothing'}")
            return json.loads(line)

        def ask(question: str) -> tuple[tuple[Hit, ...], bool]:
            assert process.stdin
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            return tuple(Hit(**hit) for hit in read()), True

        yield Running(process.pid, read()["pieces"], ask)


def list_programs() -> list[Program]:
    """Winnow first; a program with two documented ways of splitting is there twice."""
    return [
        Program("Winnow", "", "", run_winnow),
        _make("txtai, paragraphs", "txtai", "txtai", "with_txtai.py", "paragraphs"),
        _make("txtai, sections", "txtai", "txtai", "with_txtai.py", "sections"),
        _make("Chroma", "chromadb", "chroma", "with_chroma.py"),
        _make("Haystack", "haystack-ai", "haystack", "with_haystack.py"),
    ]


def _make(name: str, package: str, environment: str, script: str, *arguments: str) -> Program:
    return Program(name, package, environment, partial(run_script, environment, script, arguments))


@contextmanager
def _start(
    command: list[str], told: IO[bytes] | IO[str], channel: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """`told` takes what it says on standard error, and on its output where there is no channel."""
    process = subprocess.Popen(
        command,
        stdin=channel,
        stdout=told if channel == subprocess.DEVNULL else channel,
        stderr=told,
        env={**os.environ, **_QUIET},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def _wait_for_port(process: subprocess.Popen[bytes], said: Path) -> int:
    until = time.monotonic() + _LONGEST_START
    while time.monotonic() < until:
        told = said.read_text(encoding="utf-8", errors="replace")
        if found := _ADDRESS.search(told):
            return int(found[2])
        if process.poll() is not None:
            raise NotHere(f"winnow serve ended: {(told.strip().splitlines() or ['nothing'])[-1]}")
        time.sleep(_LOOK)
    raise NotHere(f"winnow serve did not start within {_LONGEST_START:g} s")
