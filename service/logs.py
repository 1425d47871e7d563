"""What the server writes to standard error: lines for people, or one JSON object a line."""

import json
import logging
from datetime import UTC, datetime

FORMATS = ("plain", "json")
_PLAIN = "%(asctime)s %(levelname)s %(message)s"
_NOISY = ("sentence_transformers", "httpx", "faiss")


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
            told["error"] = self.formatException(record.exc_info)
        return escape(json.dumps(told, ensure_ascii=False, default=str))


def escape(told: str) -> str:
    """JSON without a raw character that would command a terminal or hide from a reader."""
    if told.isprintable():
        return told
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in told)


def set_up_logs(form: str) -> None:
    """Write what is worth knowing, in one of FORMATS."""
    stream = logging.StreamHandler()
    stream.setFormatter(JsonFormatter() if form == "json" else logging.Formatter(_PLAIN))
    logging.basicConfig(level=logging.INFO, handlers=[stream])
    logging.getLogger("winnow").setLevel(logging.INFO)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
