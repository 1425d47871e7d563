"""Several processes answer for one server: starts them, and another one where one has ended.

They share the listening socket and its connections, the turns, a ledger of who asks, and a folder
of their counts. Each ends when its standard input does, so none outlives this process, however it
ends.
"""

import asyncio
import json
import logging
import mmap
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from embeddings.builds import Builds
from embeddings.errors import ServiceError
from embeddings.holding import alone, held
from service.approval import Approval
from service.live import LOOKS
from service.shares import ABSENT
from service.turns import Tokens, make_tokens

_LOG = logging.getLogger("winnow")
# The folder that the packages lie in is named, since `-P` keeps that of the caller out of it.
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from service.cli.worker import main; main()"
)
_ROOT = str(Path(__file__).parents[1])
_PAUSE = 1  # seconds before the next one, so that one that fails at its start is no busy loop
_GRACE = 5  # seconds beyond those that each has to stop
_PREFIX = "winnow-serving-"  # none that a person would give a folder of their own
_COUNTERS = 3  # of each process: turns and places in the queue that it holds, its connections


class Supervisor:
    """`count` processes that answer over one socket, `bounds` turns and places in the queue.

    `order` is what each is told besides what they share.
    """

    def __init__(
        self,
        builds: Builds,
        listener: socket.socket,
        count: int,
        bounds: tuple[int, int],
        order: Mapping[str, Any],
    ) -> None:
        self._builds = builds
        self._listener = listener
        self._count = count
        self._bounds = bounds
        self._order = order
        self._pipes = [make_tokens(bound) for bound in bounds]
        self._processes: dict[int, Process] = {}
        self._ready = asyncio.Event()
        self._stopping = asyncio.Event()

    def run(self, seconds: float, tell_ready: Callable[[], None]) -> int:
        """Answer until told to stop, and then so many seconds at most; an exit code."""
        with make_shared_folder() as folder:
            return asyncio.run(self._run(folder, seconds, tell_ready))

    async def _run(self, folder: Path, seconds: float, tell_ready: Callable[[], None]) -> int:
        self._share(folder)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stopping.set)
        keepers = [asyncio.create_task(self._keep(0))]
        await _wait_for_either(self._ready, self._stopping)
        if self._ready.is_set():
            tell_ready()
            keepers += [asyncio.create_task(self._keep(slot)) for slot in range(1, self._count)]
        await self._stopping.wait()
        self._listener.close()
        for process in self._processes.values():
            _tell_to_stop(process)
        await asyncio.wait(keepers, timeout=seconds + _GRACE)
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.kill()
        codes = await asyncio.gather(*keepers)
        return next((code if code > 0 else 1 for code in codes if code), 0)

    def _share(self, folder: Path) -> None:
        """Put into the folder what the processes share, and approve builds from now on."""
        approval = Approval(self._builds, folder / "approved")
        threading.Thread(target=self._follow, args=(approval,), daemon=True).start()
        (folder / "counts").mkdir()
        with (folder / "held").open("w+b") as file:
            # Written, not only as long: to map what the disk has no room for would end the process.
            file.write(bytes(4 * _COUNTERS * self._count))
            file.flush()
            self._held = memoryview(mmap.mmap(file.fileno(), 0)).cast("I")
        for slot in range(self._count):
            self._held[self._find_share(slot)] = ABSENT
        self._folder = folder

    def _follow(self, approval: Approval) -> None:
        while not self._stopping.is_set():
            try:
                approval.look()
            except Exception as error:  # the next look may do
                _LOG.error("a look for a new build failed", exc_info=error)
            time.sleep(LOOKS)

    async def _keep(self, slot: int) -> int:
        """Have a process in this slot until told to stop; the exit code of the last one."""
        while True:
            code = await self._run_one(slot)
            if not self._ready.is_set():
                self._stopping.set()  # it has said why it cannot answer, and no other could
            if self._stopping.is_set():
                return code
            _LOG.error("a process of the server ended (%s): starting another", _name_end(code))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _PAUSE)
                return 0

    async def _run_one(self, slot: int) -> int:
        """A process from its start to its end; its exit code."""
        try:
            process = await self._start(slot)
        except OSError as error:
            _LOG.error("no process of the server could be started: %s", error)
            return 1
        assert process.stdout is not None
        if await process.stdout.readline():
            self._ready.set()
        code = await process.wait()
        self._give_back(slot)
        return code

    async def _start(self, slot: int) -> Process:
        threads = max(1, (os.cpu_count() or 1) // self._count)
        shared = [self._listener.fileno(), *(end for pipe in self._pipes for end in pipe.ends)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", _PROGRAM, _ROOT),
            stdin=PIPE,
            stdout=PIPE,
            pass_fds=shared,
            # More threads than cores spin in each other's way.
            env={
                "OMP_NUM_THREADS": str(threads),
                **os.environ,
                "PROMETHEUS_MULTIPROC_DIR": str(self._folder / "counts"),
            },
            start_new_session=True,  # Ctrl-C is for this process, which tells the others
        )
        assert process.stdin is not None
        self._processes[slot] = process
        order = {
            **self._order,
            "folder": str(self._folder),
            "listener": shared[0],
            "slot": slot,
            "turns": shared[1:],
            "bounds": self._bounds,
            "places": [_COUNTERS * slot, _COUNTERS * slot + 1],
            "shares": [self._find_share(other) for other in range(self._count)],
        }
        with suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(json.dumps(order).encode() + b"\n")
            await process.stdin.drain()
        if self._stopping.is_set():
            _tell_to_stop(process)
        return process

    def _give_back(self, slot: int) -> None:
        """Put back what a process held when it was killed."""
        self._held[self._find_share(slot)] = ABSENT
        for number, pipe in enumerate(self._pipes):
            held = Tokens(pipe.ends, self._held, _COUNTERS * slot + number)
            while held.held:
                held.give_back()

    def _find_share(self, slot: int) -> int:
        return _COUNTERS * slot + 2


@contextmanager
def make_shared_folder() -> Iterator[Path]:
    """A folder for as long as the server runs, held meanwhile; those of killed ones are removed.

    Raises ServiceError.
    """
    try:
        made = tempfile.TemporaryDirectory(prefix=_PREFIX)
    except OSError as error:
        raise ServiceError(
            f"no temporary folder can be made: {error.strerror} ({error.filename})",
            "make room there, or name another place in the variable TMPDIR",
        ) from error
    with made as name, held(Path(name)):
        for left in Path(name).parent.glob(f"{_PREFIX}*"):
            with suppress(OSError), alone(left) as free:
                if free:
                    shutil.rmtree(left, ignore_errors=True)
        yield Path(name)


async def _wait_for_either(one: asyncio.Event, other: asyncio.Event) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in (one, other)]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


def _tell_to_stop(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()


def _name_end(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
