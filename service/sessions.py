"""Who has shown a key on the page: a random token for each, kept in memory until it runs out.

The token stands for the key in the browser's cookie, so that the key itself is kept nowhere; only
the token's hash is kept here. A restart of the server asks everybody again. (Signed cookies would
outlive it, but could not be ended one by one.)
"""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from service.keys import Key

LIFETIME = 7 * 24 * 3600  # seconds
_MOST = 10_000


class Sessions:
    """At most `most` of them; the oldest goes first."""

    def __init__(self, most: int = _MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._begun: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    def begin(self, key: Key) -> str:
        """A token for one who has shown this key."""
        token = secrets.token_urlsafe(32)
        self._begun[_hash(token)] = (key.sha256, self._clock() + LIFETIME)
        if len(self._begun) > self._most:
            self._begun.popitem(last=False)
        return token

    def find(self, token: str, keys: Sequence[Key]) -> Key | None:
        """The key that was shown for a token, if it still is one."""
        shown, ends = self._begun.get(_hash(token), ("", 0.0))
        if self._clock() >= ends:
            self.end(token)
            return None
        return next((key for key in keys if key.sha256 == shown), None)

    def end(self, token: str) -> None:
        self._begun.pop(_hash(token), None)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
