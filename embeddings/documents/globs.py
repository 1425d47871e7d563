"""Globs over the paths of a folder, as `.gitignore` has them.

Without a slash a glob fits a name at any depth; with one it fits the path from the folder. `*`, `?`
and `[...]` stay inside a name, `**` stands for any folders; a slash at the end means folders alone.
Letters with accents fit however they are put together.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import PurePath

_ANY = "**"


def fits(glob: str, inside: PurePath, is_folder: bool) -> bool:
    """Whether a glob fits a path, which is given from the folder that the glob is about."""
    if glob.endswith("/") and not is_folder:
        return False
    parts = _split(glob)
    reached = _pass_over({0}, parts)
    for name in inside.parts:
        name = unicodedata.normalize("NFC", name)
        stay = {i for i in reached if i < len(parts) and parts[i] == _ANY}
        step = {i + 1 for i in reached - stay if i < len(parts) and fnmatchcase(name, parts[i])}
        reached = _pass_over(stay | step, parts)
    return len(parts) in reached


@cache
def _split(glob: str) -> tuple[str, ...]:
    parts = unicodedata.normalize("NFC", glob).removesuffix("/").split("/")
    if len(parts) == 1:
        parts = [_ANY, *parts]
    if parts[-1] == _ANY:  # all that is in the folder, not the folder itself
        parts.append("*")
    return tuple(part for part in parts if part)


def _pass_over(reached: Iterable[int], parts: Sequence[str]) -> set[int]:
    """The places in a glob that are reached, with those behind a `**` that stands for nothing."""
    found = set()
    for place in reached:
        found.add(place)
        while place < len(parts) and parts[place] == _ANY:
            place += 1
            found.add(place)
    return found
