"""Trouble with the builds of an index, told to the log once and not at each look for a new one."""

import logging
import time
from collections.abc import Callable

_LOG = logging.getLogger("winnow")
_QUIET = 30.0  # seconds after which what was over and comes again is told again


class Trouble:
    """What keeps a server from another build than the one in use."""

    def __init__(self, tell_time: Callable[[], float] = time.monotonic) -> None:
        self._tell_time = tell_time
        self._told = ""
        self._until = 0.0
        self._lasts = False

    def tell(self, error: Exception, build: str = "") -> None:
        """Of a build that is refused the message counts, else the kind of error alone.

        What a database that is away says may be another thing at each look.
        """
        told = f"{build} {error}" if build else type(error).__name__
        now = self._tell_time()
        if told != self._told or (now >= self._until and not self._lasts):
            _LOG.error("%s; the build in use stays", error)
            self._told, self._until = told, now + _QUIET
        self._lasts = True

    def end(self) -> None:
        """A look went well."""
        self._lasts = False
