"""Who has shown a key on the page: a random token for each, known until it runs out.

The token stands for the key in the browser's cookie, so that the key itself is kept nowhere; only
the token's hash is kept here. A restart of the server asks everybody again. (Signed cookies would
outlive it, but could not be ended one by one.)
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence

from service.keys import Key
from service.ledger import Ledger

LIFETIME = 7 * 24 * 3600  # seconds
_MOST = 10_000


class Sessions:
    """At most `most` of them, in all processes that share the ledger; the oldest goes first."""

    def __init__(
        self,
        ledger: Ledger | None = None,
        most: int = _MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger or Ledger()
        self._most = most
        self._clock = clock

    def begin(self, key: Key) -> str:
        """A token for one who has shown this key."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._ledger.changing() as database:
            database.execute("DELETE FROM sessions WHERE ends <= ?", (now,))
            database.execute(
                "INSERT INTO sessions VALUES (?, ?, ?)",
                (_hash(token), key.sha256, now + LIFETIME),
            )
            database.execute(
                "DELETE FROM sessions WHERE token NOT IN "
                "(SELECT token FROM sessions ORDER BY ends DESC LIMIT ?)",
                (self._most,),
            )
        return token

    def find(self, token: str, keys: Sequence[Key]) -> Key | None:
        """The key that was shown for a token, if it still is one."""
        found = self._ledger.find(
            "SELECT key_sha256 FROM sessions WHERE token = ? AND ends > ?",
            _hash(token),
            self._clock(),
        )
        if found is None:
            return None
        return next((key for key in keys if key.sha256 == found[0]), None)

    def end(self, token: str) -> None:
        with self._ledger.changing() as database:
            database.execute("DELETE FROM sessions WHERE token = ?", (_hash(token),))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
