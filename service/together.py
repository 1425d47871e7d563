"""Questions of several threads, encoded in one go where they come while others are encoded.

An encoder reads all its weights for one question as for several, so several at once take less time
each. Nobody waits for others to come: who finds the encoder free begins, and when that is done, the
first of those that came meanwhile encodes all of them.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from embeddings.records import Vectors

_MOST = 16


@dataclass(slots=True)
class _Asked:
    """A text; `batch` are those that its thread is to encode, itself among them."""

    text: str
    told: threading.Event = field(default_factory=threading.Event)
    batch: "list[_Asked]" = field(default_factory=list)
    vector: Vectors | None = None
    error: BaseException | None = None


class Together:
    """`encode` gives n texts -> [n, dimension], by `at_once` threads at a time at most.

    Safe to use from several threads.
    """

    def __init__(self, encode: Callable[[Sequence[str]], Vectors], at_once: int) -> None:
        self._encode = encode
        self._free = at_once
        self._waiting: list[_Asked] = []
        self._lock = threading.Lock()

    def encode(self, text: str) -> Vectors:
        """The vector of one text. Raises what encoding it, or one together with it, raises."""
        asked = _Asked(text)
        with self._lock:
            if self._free:
                self._free -= 1
                asked.batch.append(asked)
            else:
                self._waiting.append(asked)
        if not asked.batch:
            asked.told.wait()
        if asked.batch:
            self._encode_batch(asked.batch)
        if asked.error is not None:
            raise asked.error
        assert asked.vector is not None
        return asked.vector

    def _encode_batch(self, batch: list[_Asked]) -> None:
        try:
            vectors = self._encode([one.text for one in batch])
            for one, vector in zip(batch, vectors, strict=True):
                one.vector = vector
        except BaseException as error:
            for one in batch:
                one.error = error
        finally:
            self._pass_on()
            for one in batch:
                one.told.set()

    def _pass_on(self) -> None:
        """Let the first of those that wait encode them, or the next who comes."""
        with self._lock:
            following, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            self._free += not following
        if following:
            following[0].batch = following
            following[0].told.set()
