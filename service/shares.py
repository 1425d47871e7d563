"""How many connections each process of a server has, in memory that all of them map.

Who has more than another lets that one take the next.
"""

import asyncio
from collections.abc import Sequence

ABSENT = 0xFFFF_FFFF  # of a process that does not answer yet, or no more
_SLACK = 1.25  # else all would wait for each other while very much is asked
_STEP_BACK = 0.002  # seconds: enough for one that waits to be woken and to take a connection


class Shares:
    """`counts` at `places`, one of each process; that at `own` is this process's."""

    def __init__(self, counts: "memoryview[int]", places: Sequence[int], own: int) -> None:
        self._counts = counts
        self._own = own
        self._others = [place for place in places if place != own]

    def tell(self, connections: int) -> None:
        self._counts[self._own] = connections

    async def let_others_take(self, connections: int) -> None:
        """Wait a moment where another process has clearly fewer connections than this one."""
        self.tell(connections)
        fair = connections / _SLACK - 1
        if any(self._counts[place] < fair for place in self._others):
            await asyncio.sleep(_STEP_BACK)
