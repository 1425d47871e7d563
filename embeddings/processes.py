"""Processes of Winnow's own that take work by a pipe and answer by another, and end with it."""

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, BinaryIO

# The folder that the packages lie in is named, since `-P` keeps that of the caller out of it.
_PROGRAM = (
    "import sys; from importlib import import_module; sys.path.insert(0, sys.argv[1]); "
    "import_module(sys.argv[2]).main()"
)
_ROOT = str(Path(__file__).parents[1])


def start(module: str, quiet: bool = False) -> subprocess.Popen[bytes]:
    """A process that runs the `main` of a module, which calls `take_pipes` first.

    With `quiet`, what it writes to standard error is lost.
    """
    return subprocess.Popen(  # nosec B603  # no shell, no name from outside
        [sys.executable, "-P", "-c", _PROGRAM, _ROOT, module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
        start_new_session=True,
    )


def pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """What it reads, and what it answers."""
    assert process.stdin is not None and process.stdout is not None
    return process.stdin, process.stdout


def kill(process: subprocess.Popen[bytes] | None) -> None:
    """Make it end with all that it has started, be another thread waiting for its answer."""
    if process is not None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def close(process: subprocess.Popen[bytes] | None) -> None:
    """End it, and let go of its pipes."""
    kill(process)
    if process is not None:
        with suppress(BrokenPipeError):
            process.communicate()


def name_end(code: int) -> str:
    """How a process ended, by its code."""
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """For the process itself: its work and its answers."""
    requests, replies = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no reply
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    return requests, replies


def end_with_starter() -> None:
    """For the process itself: once whoever gives it work has gone, however busy it is, it ends."""
    Thread(target=_follow_to_the_end, daemon=True).start()


def _follow_to_the_end() -> None:
    requests = select.poll()
    requests.register(0, 0)  # the end of a pipe is told unasked
    requests.poll()
    if os.getpgrp() == os.getpid():  # else it was started by hand, in the group of a shell
        os.killpg(0, signal.SIGKILL)
