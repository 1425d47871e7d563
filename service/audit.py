"""One line of the log for each act of those who run the server: who, what, from where, and what
came of it. No secret and no question is part of one; whatever outsiders chose is escaped.
"""

import json
import logging
import os
import pwd
import re
from collections.abc import Iterator
from contextlib import contextmanager

from service.logs import escape

_AUDIT = logging.getLogger("winnow.audit")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@,+-]+")
_LONGEST = 200
COMMAND, SERVER = "command", "server"


def record_act(act: str, who: str, place: str, outcome: str, **facts: str) -> None:
    """Write one line; `place` is where the act came from: an address, a command, the server."""
    told = {"act": act, "who": who, "from": place, "outcome": outcome, **facts}
    told = {name: value[:_LONGEST] for name, value in told.items()}
    shown = (f"{name}={_show(value)}" for name, value in told.items() if name != "act")
    _AUDIT.info("%s: %s", told["act"], " ".join(shown), extra={"facts": told})


@contextmanager
def acting(act: str, **facts: str) -> Iterator[dict[str, str]]:
    """An act of a command: done, or failed where it raises. More facts may be given meanwhile."""
    try:
        yield facts
    except BaseException as error:
        record_act(act, name_user(), COMMAND, "failed", **facts, error=type(error).__name__)
        raise
    record_act(act, name_user(), COMMAND, "done", **facts)


def name_user() -> str:
    """The user of this machine that runs this."""
    user = os.getuid()
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _show(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else escape(json.dumps(value, ensure_ascii=False))
