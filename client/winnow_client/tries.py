"""When a call is sent again, and after how long. All calls only read: twice does no harm.

Again: what may pass by itself (429, 502, 503, a connection that fails or is lost). Not again: what
would be the same the next time, and a server that has taken the request and does not answer, which
has enough to do.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

Outcome = httpx2.Response | httpx2.RequestError

_PASSING = frozenset((429, 502, 503))
_LOST = (httpx2.NetworkError, httpx2.RemoteProtocolError, httpx2.ConnectTimeout)
_FIRST, _LONGEST = 0.5, 8.0  # seconds, where the server names none


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long a call is tried. Times are in seconds."""

    timeout: float
    retries: int
    patience: float
    clock: Callable[[], float]

    def begin(self) -> "Tries":
        return Tries(self)


class Tries:
    """The tries of one call, from now on."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._until = pace.clock() + pace.patience
        self._made = 0

    @property
    def timeout(self) -> float:
        """How long the next try may wait for the server: never past the end of all patience."""
        return max(0.001, min(self._pace.timeout, self._until - self._pace.clock()))

    def find_wait(self, outcome: Outcome) -> float | None:
        """The seconds until the next try; None where the outcome stands."""
        self._made += 1
        if not _may_pass(outcome) or self._made > self._pace.retries:
            return None
        wait = read_retry_after(outcome) if isinstance(outcome, httpx2.Response) else None
        if wait is None:
            # Drawn, so that many who lost one server do not come back at one moment; no secret.
            longest = min(_LONGEST, _FIRST * 2 ** (self._made - 1))
            wait = random.uniform(longest / 2, longest)  # nosec B311
        return wait if self._pace.clock() + wait < self._until else None


def _may_pass(outcome: Outcome) -> bool:
    if isinstance(outcome, httpx2.Response):
        return outcome.status_code in _PASSING
    return isinstance(outcome, _LOST)


def read_retry_after(response: httpx2.Response) -> float | None:
    """The seconds that a server asks to be left alone, None where it names no number of them."""
    said = response.headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdigit() else None
