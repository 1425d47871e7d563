"""Where the index of a corpus lies, so that two corpora never share one."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from embeddings.builds import is_address
from embeddings.errors import IndexMissing
from service.settings import DEFAULT_CORPUS, INDEX_HOME, Settings

_ODD = re.compile(r"[^\w.-]+")


def read_paths(given: Sequence[str]) -> list[Path]:
    """The paths given, `~` understood where the shell left it."""
    return [Path(path).expanduser() for path in given]


def locate_index(paths: Sequence[Path], home: Path, place: str = "") -> Path:
    """`index/<name>-<8 hex of the real paths>` under `home`.

    With the place of an index in a database, the folder on this machine for what a build into it
    works with: its 8 hex are of that too, so that neither two corpora nor two databases share one.
    """
    real = sorted({str(path.resolve()) for path in paths})
    real += [place] if place else []
    digest = hashlib.sha256("\0".join(real).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    name = _ODD.sub("-", paths[0].resolve().name).strip("-.") or "corpus"
    return home / INDEX_HOME / f"{name}-{digest}"


def locate_keys(settings: Settings, home: Path) -> Path:
    """The file of keys named, else `keys.json` beside the folder of the index.

    Where the index is no folder, or none is named: beside those under `home`.
    """
    if settings.keys:
        return Path(settings.keys).expanduser()
    if not settings.index or is_address(settings.index):
        return home / INDEX_HOME / "keys.json"
    return Path(settings.index).expanduser().parent / "keys.json"


def find_index(home: Path) -> Path:
    """The index a command means when it names none: that of the default corpus, else the only one.

    Raises IndexMissing, which lists what there is.
    """
    default = locate_index([home / DEFAULT_CORPUS], home)
    if (default / "current").exists():
        return default
    found = sorted(path.parent for path in (home / INDEX_HOME).glob("*/current"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise IndexMissing(f"no index under {home / INDEX_HOME}", "build one: winnow build FOLDER")
    raise IndexMissing(
        f"several indexes under {home / INDEX_HOME}",
        "name one: " + ", ".join(f"--index {path}" for path in found),
    )
