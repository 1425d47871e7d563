"""How much memory a build's own data may take, and what that comes to in each part of the work.

The result is the same whatever the budget: a smaller one works in smaller parts, and by fewer
processes.
"""

from dataclasses import dataclass

LEAST = 64
DEFAULT = 1024
_MEGABYTE = 1 << 20
_PROCESS = 128 * _MEGABYTE  # that reads or takes apart: the program, what it loads, a batch
_PARTS = 8  # a stage holds its part, and what is made of it


@dataclass(frozen=True, slots=True)
class Budget:
    """So many megabytes, beside the program and its encoder."""

    megabytes: int = DEFAULT

    def count_processes(self, cores: int) -> int:
        """How many may work beside this one: no more than the budget holds, and one at least."""
        return max(1, min(cores, self.megabytes * _MEGABYTE // _PROCESS))

    def count_rows(self, size: int) -> int:
        """How many rows of so many bytes a part has."""
        return max(1, self.part // size)

    @property
    def part(self) -> int:
        """The bytes that a part may have."""
        return self.megabytes * _MEGABYTE // _PARTS
