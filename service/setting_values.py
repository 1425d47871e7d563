"""How the text of a flag or a variable becomes a value; ValueError where it cannot."""

import math
import re
from collections.abc import Callable

from service.keys import SCOPES
from service.logs import FORMATS

LONGEST = 3_600_000


def make_reader(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers in a range."""

    def read(value: str) -> int:
        number = int(value)
        if not least <= number <= most:
            raise ValueError(value)
        return number

    return read


def read_share(value: str) -> float:
    share = float(value)
    if not 0 <= share <= 1:
        raise ValueError(value)
    return share


def read_log_format(value: str) -> str:
    if value not in FORMATS:
        raise ValueError(value)
    return value


def read_switch(value: str) -> bool:
    if value.lower() not in {"1", "true", "yes", "on", "0", "false", "no", "off", ""}:
        raise ValueError(value)
    return value.lower() in {"1", "true", "yes", "on"}


def read_glob(value: str) -> str:
    if not value.strip("/"):
        raise ValueError(value)
    return value


def read_scope(value: str) -> str:
    if value not in SCOPES:
        raise ValueError(value)
    return value


def read_host(value: str) -> str:
    if not re.fullmatch(r"[\w.-]+|\[?[0-9A-Fa-f:.]+\]?", value, re.ASCII):
        raise ValueError(value)
    return value


def read_device(value: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|cuda(:[0-9]+)?", value, re.ASCII):
        raise ValueError(value)
    return value


def read_workers(value: str) -> int | str:
    """A number of processes, or the address of a cluster."""
    host = r"[\w.-]*|\[[0-9A-Fa-f:.]+\]"
    if re.fullmatch(rf"ray|ray://({host})(:[0-9]+)?", value, re.ASCII):
        return value
    return make_reader(1, 64)(value)


def read_header(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+", value):
        raise ValueError(value)
    return value


def read_limit(value: str) -> tuple[str, float]:
    name, _, limit = value.partition("=")
    if not name or not math.isfinite(float(limit)):
        raise ValueError(value)
    return name, float(limit)
