"""What became of the files of a corpus since the live build."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Changes:
    """How many files are new, changed, gone or as they were in the live build.

    `unreadable` are those of all of them from which some document could not be read.
    """

    new: int
    changed: int
    removed: int
    unchanged: int
    unreadable: int

    @property
    def are_none(self) -> bool:
        return not (self.new or self.changed or self.removed)


def compare(
    sources: Mapping[str, Mapping[str, Any]], earlier: Mapping[str, Mapping[str, Any]]
) -> Changes:
    """The records of files now, and those of the live build."""
    found = ("sha256", "unreadable", "notices")
    both = sources.keys() & earlier.keys()
    same = sum(all(sources[name][key] == earlier[name][key] for key in found) for name in both)
    return Changes(
        new=len(sources.keys() - earlier.keys()),
        changed=len(both) - same,
        removed=len(earlier.keys() - sources.keys()),
        unchanged=same,
        unreadable=sum(bool(record["unreadable"]) for record in sources.values()),
    )
