"""Workers as processes of this machine: each makes a shard at a time, and gets its bytes by a pipe.

One that ends is replaced, and its shard made again.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from queue import LifoQueue
from subprocess import Popen
from threading import Lock

from embeddings import errors, processes
from embeddings.documents.ahead import call_ahead
from embeddings.documents.messages import pack, read_message
from embeddings.errors import WorkersFailed
from embeddings.shards.cutting import Shard
from embeddings.shards.workers import MOST_TRIES, Keep, describe_failure

_LOG = logging.getLogger("winnow")


class Crew:
    """So many processes."""

    def __init__(self, count: int, device: str) -> None:
        self.device = device
        self._processes = [_Process(f"process {number}") for number in range(1, count + 1)]
        self._free: LifoQueue[_Process] = LifoQueue()
        for process in self._processes:
            self._free.put(process)

    def make(self, shards: Sequence[Shard], keep: Keep) -> Iterator[str]:
        calls = (partial(self._make, shard, keep) for shard in shards)
        try:
            yield from call_ahead(calls, len(self._processes), self._stop)
        finally:
            for process in self._processes:
                process.close()

    def _make(self, shard: Shard, keep: Keep) -> str:
        for _ in range(MOST_TRIES):
            process = self._free.get()
            try:
                made = process.make(shard)
            finally:
                self._free.put(process)
            if made is not None:
                keep(shard, made)
                return process.name
            _LOG.warning("a worker ended (%s) at %s", process.end, shard)
        raise describe_failure(shard, process.end)

    def _stop(self) -> None:
        for process in self._processes:
            process.stop()


class _Process:
    """One that makes shards; started for the first of them, and again after it ended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.end = ""
        self._process: Popen[bytes] | None = None
        self._lock = Lock()
        self._stopped = False

    def make(self, shard: Shard) -> bytes | None:
        """None where it ended."""
        order, contents = shard.read()
        process = self._process or self._start()
        requests, replies = processes.pipes(process)
        with suppress(BrokenPipeError):  # the reply tells of its end
            requests.write(pack({**asdict(order), "sizes": list(map(len, contents))}))
            requests.writelines(contents)
            requests.flush()
        reply = read_message(replies)
        if failed := reply.get("failed"):
            kind, message, hint = failed
            raise getattr(errors, kind)(message, hint)
        made = replies.read(reply["size"]) if reply else b""
        if reply and len(made) == reply["size"]:
            return made
        self.end = processes.name_end(process.wait())
        self.close()
        return None

    def _start(self) -> "Popen[bytes]":
        with self._lock:
            if self._stopped:
                raise WorkersFailed("the build was stopped")
            process = self._process = processes.start("embeddings.shards.worker")
        return process

    def stop(self) -> None:
        """End it for good, be another thread waiting for its reply."""
        with self._lock:
            self._stopped = True
            processes.kill(self._process)

    def close(self) -> None:
        processes.close(self._process)
        self._process = None
