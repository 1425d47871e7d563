"""A row of parts (sentences, mostly) -> runs of about the same size that fit the encoder.

Exact, by dynamic programming: the squares of the room left in the runs come to the least. So there
are few runs, even ones, and none is tiny where its neighbours have room for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf


@dataclass(frozen=True, slots=True)
class Part:
    """A span of a text, with its size in words and in the encoder's tokens."""

    start: int
    end: int
    words: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a passage may hold."""

    tokens: int
    characters: int

    def hold(self, tokens: int, characters: int) -> bool:
        return tokens <= self.tokens and characters <= self.characters


def pack(parts: Sequence[Part], limits: Limits) -> Iterator[Sequence[Part]]:
    """The parts in runs. One that is too large by itself makes a run of its own."""
    begins = _find_begins(parts, limits)
    borders = [len(parts)]
    while borders[-1] > 0:
        borders.append(begins[borders[-1]])
    for first, last in pairwise(reversed(borders)):
        yield parts[first:last]


def _find_begins(parts: Sequence[Part], limits: Limits) -> list[int]:
    """For each number of parts: where the last run begins when that many are packed best."""
    sizes = [(part.tokens, part.start) for part in parts]
    costs, begins = [0.0], [0]
    for count, part in enumerate(parts, start=1):
        best, begin = inf, count - 1
        tokens = 0
        for first in range(count - 1, -1, -1):
            more, start = sizes[first]
            tokens += more
            if first < count - 1 and not limits.hold(tokens, part.end - start):
                break
            cost = costs[first] + (1 - tokens / limits.tokens) ** 2
            if cost < best:
                best, begin = cost, first
        costs.append(best)
        begins.append(begin)
    return begins
