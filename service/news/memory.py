"""What was told of saved searches: a JSON file beside them, replaced whole and synced.

A run holds it for itself from its beginning to its end, and writes it once its report is out: one
that is killed before tells the same again, and none is lost.
"""

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from embeddings.durable import sync
from embeddings.errors import SeenFailed

_VERSION = 1
_LONGEST_WAIT, _PAUSE = 30.0, 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """A passage that answered when a search was last asked; `marked` are keys of sentences."""

    passage_id: str
    title: str
    source: str
    marked: list[str]


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of one search, whose identity is `asked`.

    `told` are the keys of all sentences of passages that were reported, `beside` those of the
    passages around them; `answers` is what answered in `build`.
    """

    asked: Mapping[str, Any]
    build: str
    told: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


class SeenFile:
    """What was told, by the names of the searches. Raises SeenFailed wherever it cannot be had."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs waiting, and have it known beforehand that the file can be written."""
        try:
            lock = os.open(self.path.parent / f".{self.path.name}.lock", os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise self._tell_unwritable(error) from error
        try:
            self._wait_for(lock)
            yield
        finally:
            os.close(lock)

    def _wait_for(self, lock: int) -> None:
        until = time.monotonic() + _LONGEST_WAIT
        while True:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    raise SeenFailed(
                        f"another run reports news by {self.path}, and does not end",
                        "end it, or give this one a file of its own: --seen FILE",
                    ) from error
                time.sleep(_PAUSE)

    def read(self) -> dict[str, Memory]:
        """All that is known; nothing where there is no file yet."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if content["version"] != _VERSION:
                raise ValueError(f"its version is {content['version']!r}, not {_VERSION}")
            return {name: _read_memory(one) for name, one in content["searches"].items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise SeenFailed(
                f"what was reported cannot be read from {self.path}: {error.strerror or error}",
                "let the user that runs this read it, or name another file: --seen FILE",
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SeenFailed(
                f"{self.path}, which says what was reported, is damaged: {error}",
                "put back a copy, or remove it: then all that answers is reported once more",
            ) from error

    def write(self, memories: Mapping[str, Memory]) -> None:
        """Replace the file whole; it is on the disk when this returns."""
        searches = {name: asdict(memory) for name, memory in memories.items()}
        text = json.dumps({"version": _VERSION, "searches": searches}, indent=1)
        folder = self.path.parent
        try:
            handle, aside = tempfile.mkstemp(prefix=f".{self.path.name}-", dir=folder)
            try:
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(f"{text}\n")
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(aside, self.path)
            except BaseException:
                Path(aside).unlink(missing_ok=True)
                raise
            sync(folder)
        except OSError as error:
            raise self._tell_unwritable(error) from error

    def _tell_unwritable(self, error: OSError) -> SeenFailed:
        return SeenFailed(
            f"what is reported cannot be noted in {self.path}: {error.strerror or error}",
            "make room there, or name a file in a folder that you may write: --seen FILE",
        )


def _read_memory(one: Mapping[str, Any]) -> Memory:
    """Raises ValueError, KeyError or TypeError where it is none."""
    answers = [Answer(**answer) for answer in one["answers"]]
    memory = Memory(**{**one, "answers": answers})
    texts = [*memory.told, *memory.beside, *(key for answer in answers for key in answer.marked)]
    texts += [text for answer in answers for text in (answer.title, answer.source)]
    if not all(isinstance(text, str) for text in (*texts, memory.build)):
        raise ValueError("what it says of a search is no text")
    if not isinstance(memory.asked, Mapping):
        raise ValueError("it does not say what was asked")
    return memory
