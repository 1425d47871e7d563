"""What the server writes to standard error: lines for people, or one JSON object a line.

An exception is told by its kind and where it was raised. Its message is left out: it may hold what
somebody asked.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

FORMATS = ("plain", "json")
_PLAIN = "%(asctime)s %(levelname)s %(message)s"
_NOISY = ("sentence_transformers", "httpx", "faiss", "mcp")


class PlainFormatter(logging.Formatter):
    """A record as a line for people."""

    def __init__(self) -> None:
        super().__init__(_PLAIN)

    def formatException(self, ei: Any) -> str:
        return describe_places(ei[1])


class JsonFormatter(logging.Formatter):
    """A record as a JSON object: its time, level and message, and the facts it was given."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            told["error"] = describe_places(record.exc_info[1])
        return escape(json.dumps(told, ensure_ascii=False, default=str))


def escape(told: str) -> str:
    """JSON without a raw character that would command a terminal or hide from a reader."""
    if told.isprintable():
        return told
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in told)


def describe_places(error: BaseException | None) -> str:
    """The lines of code that led to an exception, its kind, and the same of what it came from."""
    if error is None:
        return ""
    kind = type(error)
    own = [*traceback.format_tb(error.__traceback__), f"{kind.__module__}.{kind.__qualname__}"]
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    earlier = [describe_places(one) for one in (before, *parts) if one is not None]
    return "\n".join([*earlier, "".join(own)])


def set_up_logs(form: str) -> None:
    """Write what is worth knowing, in one of FORMATS."""
    stream = logging.StreamHandler()
    stream.setFormatter(JsonFormatter() if form == "json" else PlainFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[stream])
    logging.getLogger("winnow").setLevel(logging.INFO)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
