"""How often one may ask: a bucket of a minute's requests for each asker, filled steadily.

A bucket that is full again is forgotten, so no more are kept than asked within a minute.
"""

import ipaddress
import math
import time
from collections.abc import Callable

from embeddings.errors import AskedTooOften
from service.ledger import Ledger

WRONG_KEYS = 10  # a minute from one address: nobody mistypes more, and guessing needs many
_MINUTE = 60


class Rates:
    """Counts per asker, of one `kind`, in all processes that share the ledger."""

    def __init__(
        self,
        a_minute: int,
        ledger: Ledger | None = None,
        kind: str = "requests",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._a_minute = a_minute
        self._ledger = ledger or Ledger()
        self._kind = kind
        self._clock = clock

    def check(self, who: str) -> None:
        """Raises AskedTooOften, with the seconds to wait, where nothing is left for this asker."""
        self._refuse_empty(self._count(who, self._clock()))

    def take(self, who: str) -> None:
        """Count one. Raises AskedTooOften, and then counts none."""
        self._spend(who, self._refuse_empty)

    def spend(self, who: str) -> None:
        """Count one, whatever is left."""
        self._spend(who, lambda _: None)

    def _spend(self, who: str, judge: Callable[[float], None]) -> None:
        now = self._clock()
        with self._ledger.changing() as database:
            left = self._count(who, now)
            judge(left)
            database.execute(
                "REPLACE INTO asked VALUES (?, ?, ?, ?)",
                (self._kind, who, max(0.0, left - 1), now),
            )
            database.execute("DELETE FROM asked WHERE since < ?", (now - _MINUTE,))

    def _refuse_empty(self, left: float) -> None:
        if left < 1:
            seconds = math.ceil((1 - left) * _MINUTE / self._a_minute)
            raise AskedTooOften(
                f"more than {self._a_minute} a minute came from here",
                f"ask again in {seconds} s, and less often",
                seconds,
            )

    def _count(self, who: str, now: float) -> float:
        found = self._ledger.find(
            "SELECT remaining, since FROM asked WHERE kind = ? AND who = ?", self._kind, who
        )
        if found is None:
            return float(self._a_minute)
        left, since = (float(str(value)) for value in found)
        return min(self._a_minute, left + (now - since) * self._a_minute / _MINUTE)


def name_peer(address: str) -> str:
    """What stands for an address: of IPv6 the network, since one asker has all of it."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
