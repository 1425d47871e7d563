"""The machine that figures are taken on: what it is, what else it does, what is installed."""

import hashlib
import os
import platform
import sqlite3
from importlib import metadata
from pathlib import Path
from typing import Any

from embeddings import __version__

_PACKAGES = (
    *("numpy", "faiss-cpu", "onnxruntime", "torch", "sentence-transformers", "tokenizers"),
    *("fastapi", "uvicorn"),
)


def describe_machine() -> dict[str, Any]:
    """Its processor, the cores that may be used, memory, system, and versions of what runs."""
    return {
        "processor": _read_processor(),
        "cores": count_usable_cores(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "versions": {
            "winnow": __version__,
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            **{name: version for name in _PACKAGES if (version := _find_version(name))},
        },
    }


def read_load() -> list[float]:
    """How many processes wanted to run, on average over 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def find_fingerprint(machine: dict[str, Any]) -> str:
    """The same for machines whose figures may be compared: processor, cores, memory."""
    told = "\0".join(str(machine[name]) for name in ("processor", "cores", "memory_gb"))
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def count_usable_cores() -> int:
    """The cores that this process may run on."""
    tell = getattr(os, "sched_getaffinity", None)
    return len(tell(0)) if tell else os.cpu_count() or 1


def _read_processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        told = []
    named = (line.partition(":")[2].strip() for line in told if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _find_version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
