"""How often one may ask: a bucket of a minute's requests for each asker, filled steadily.

Only so many askers are remembered; the one not seen for longest is forgotten first, which gives no
one more than a full bucket.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from embeddings.errors import AskedTooOften

WRONG_KEYS = 10  # a minute from one address: nobody mistypes more, and guessing needs many
_MOST = 10_000


class Rates:
    """Counts per asker. Used from one thread."""

    def __init__(
        self, a_minute: int, most: int = _MOST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._a_minute = a_minute
        self._most = most
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, who: str) -> None:
        """Raises AskedTooOften, with the seconds to wait, where nothing is left for this asker."""
        left = self._count(who)
        if left < 1:
            seconds = math.ceil((1 - left) * 60 / self._a_minute)
            raise AskedTooOften(
                f"more than {self._a_minute} a minute came from here",
                f"ask again in {seconds} s, and less often",
                seconds,
            )

    def take(self, who: str) -> None:
        """Count one. Raises AskedTooOften, and then counts none."""
        self.check(who)
        self.spend(who)

    def spend(self, who: str) -> None:
        """Count one, whatever is left."""
        self._left[who] = (max(0.0, self._count(who) - 1), self._clock())
        self._left.move_to_end(who)
        if len(self._left) > self._most:
            self._left.popitem(last=False)

    def _count(self, who: str) -> float:
        left, since = self._left.get(who, (float(self._a_minute), self._clock()))
        return min(self._a_minute, left + (self._clock() - since) * self._a_minute / 60)


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
