"""What was worked out lately, for whoever asks for it again: bounded, and made once at a time.

Several threads that want the same at once wait for the one that makes it. An error is not kept:
those who waited for one that failed make it themselves.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(slots=True)
class _Making(Generic[Value]):
    """What a thread is making, for the others that want it."""

    done: threading.Event = field(default_factory=threading.Event)
    made: list[Value] = field(default_factory=list)


class Memory(Generic[Key, Value]):
    """The values used last, at most so many and of so many bytes, which `measure` tells of each.

    Safe to use from several threads; a value is given to many of them, so nobody may change it.
    """

    def __init__(self, most: int, most_bytes: int, measure: Callable[[Key, Value], int]) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._measure = measure
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._bytes = 0
        self._making: dict[Key, _Making[Value]] = {}
        self._lock = threading.Lock()

    def recall(self, key: Key, make: Callable[[], Value]) -> tuple[Value, bool]:
        """The value of a key, and whether it was made before or by another thread just now.

        Raises what `make` raises.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0], True
            making = self._making.get(key)
            if making is None:
                own = self._making[key] = _Making()
        if making is not None:
            making.done.wait()
            return (making.made[0], True) if making.made else (make(), False)
        try:
            value = make()
            own.made.append(value)
            self._keep(key, value)
            return value, False
        finally:
            with self._lock:
                del self._making[key]
            own.done.set()

    def _keep(self, key: Key, value: Value) -> None:
        size = self._measure(key, value)
        if size > self._most_bytes:
            return
        with self._lock:
            self._kept[key] = (value, size)
            self._bytes += size
            while len(self._kept) > self._most or self._bytes > self._most_bytes:
                _, (_, freed) = self._kept.popitem(last=False)
                self._bytes -= freed
