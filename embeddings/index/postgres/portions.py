"""Portions of something long on their way between a thread and the event loop, a few at a time."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")
_WAITING = 4  # portions that lie ready to be taken


class Abandoned(Exception):
    """The other side came to no good end, so this one must not either."""


class Portions(Generic[T]):
    """A short queue with an end, which either side may declare. All of it runs in the loop."""

    def __init__(self) -> None:
        self._ready: deque[T] = deque()
        self._ended = False
        self._abandoned = False
        self._changed = asyncio.Condition()

    async def put(self, portion: T) -> bool:
        """Lay it ready when there is room; False where nobody takes any more."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._ended or len(self._ready) < _WAITING)
            if not self._ended:
                self._ready.append(portion)
                self._changed.notify_all()
            return not self._ended

    async def take(self) -> T | None:
        """The next one; None after the last. Raises Abandoned."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._ended or bool(self._ready))
            if self._abandoned:
                raise Abandoned
            portion = self._ready.popleft() if self._ready else None
            self._changed.notify_all()
            return portion

    async def end(self, abandoned: bool = False) -> None:
        """Nothing more comes, or nothing more is taken."""
        async with self._changed:
            self._ended = True
            self._abandoned |= abandoned
            self._changed.notify_all()
