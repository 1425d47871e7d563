"""Parses documents in a process of its own, with limits of time and memory.

One process serves file after file; when a file makes it end, that file is reported and the next one
gets a new process. It is started for the first file that needs it.
"""

import signal
import subprocess
from contextlib import suppress
from dataclasses import asdict, dataclass

from embeddings import processes
from embeddings.documents.formats import Item, ReadOptions
from embeddings.documents.messages import make_item, pack, read_message
from embeddings.errors import CorpusError, UnreadableDocument

_REMEDY = "take it out of the folder, split it, or convert it to plain text"


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reading of one file may take: bytes of memory, seconds."""

    memory: int = 2 << 30
    seconds: float = 300


class ConfinedReader:
    """Reads what others made. To be closed, or used as a context."""

    def __init__(self, options: ReadOptions, limits: Limits) -> None:
        self._options = asdict(options)
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, data: bytes, ending: str, source: str, sha256: str) -> list[Item]:
        """The documents of one file, or the reason why there is none."""
        process = self._process or self._start()
        requests, replies = processes.pipes(process)
        request = {"ending": ending, "source": source, "sha256": sha256, "options": self._options}
        found: list[Item] = []
        with suppress(BrokenPipeError):  # the replies tell of its end
            requests.write(pack({**request, "size": len(data)}))
            requests.write(data)
            requests.flush()
        while message := read_message(replies):
            if "end" in message:
                return found
            if "failed" in message:
                break
            found.append(make_item(message))
        code = process.wait()
        self.close()
        return [UnreadableDocument(source, self._describe_end(code), _REMEDY)]

    def close(self) -> None:
        """End the process, and whatever it has started."""
        processes.close(self._process)
        self._process = None

    def kill(self) -> None:
        """Make the process end while another thread waits for its reply."""
        processes.kill(self._process)

    def _start(self) -> subprocess.Popen[bytes]:
        process = self._process = processes.start("embeddings.documents.worker", quiet=True)
        requests, replies = processes.pipes(process)
        with suppress(BrokenPipeError):
            requests.write(pack(asdict(self._limits)))
            requests.flush()
        if not read_message(replies):
            code = process.wait()
            self.close()
            raise CorpusError(
                f"the process that reads documents ended at its start ({code})",
                "run `python -m embeddings.documents.worker </dev/null` to see why",
            )
        return process

    def _describe_end(self, code: int) -> str:
        if code == 0:
            return f"takes more than {self._limits.memory >> 20:,} MB of memory to read"
        if code == -signal.SIGALRM:
            return f"takes more than {self._limits.seconds:g} seconds to read"
        return f"makes the program that reads it end ({processes.name_end(code)})"
