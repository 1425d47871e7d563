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

    def take(self, who: str) -> None:
        """Count one. Raises AskedTooOften, with the seconds to wait, and then counts none."""
        now = self._clock()
        with self._ledger.changing() as database:
            left = self._count(who, now)
            if left < 1:
                seconds = math.ceil((1 - left) * _MINUTE / self._a_minute)
                raise AskedTooOften(
                    f"more than {self._a_minute} a minute came from here",
                    f"ask again in {seconds} s, and less often",
                    seconds,
                )
            database.execute(
                "REPLACE INTO asked VALUES (?, ?, ?, ?)", (self._kind, who, left - 1, now)
            )
            database.execute("DELETE FROM asked WHERE since < ?", (now - _MINUTE,))

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
