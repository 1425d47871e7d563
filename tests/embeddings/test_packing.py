"""Parts are packed into runs that fit, evenly, and none too short where that can be had."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from embeddings.packing import Limits, Part, pack

LIMITS = Limits(tokens=30, characters=1000)
FEWEST_WORDS = 8


def make_parts(sizes: Sequence[int]) -> list[Part]:
    """Sentences of so many words, a token and five letters each."""
    ends = [sum(sizes[: i + 1]) * 6 for i in range(len(sizes))]
    return [
        Part(end - size * 6, end - 1, size, size) for size, end in zip(sizes, ends, strict=True)
    ]


def packed(sizes: Sequence[int], limits: Limits = LIMITS) -> list[int]:
    """The words of each run."""
    return [sum(part.words for part in run) for run in pack(make_parts(sizes), limits)]


def every_way(sizes: Sequence[int]) -> Iterator[list[int]]:
    """All the ways to cut a row into runs that fit, as their sizes."""
    if not sizes:
        yield []
    for count in range(1, len(sizes) + 1):
        if count == 1 or sum(sizes[:count]) <= LIMITS.tokens:
            for rest in every_way(sizes[count:]):
                yield [sum(sizes[:count]), *rest]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=9))
def test_no_other_way_has_fewer_short_runs_or_is_more_even(sizes: list[int]) -> None:
    def count_short(runs: Sequence[int]) -> int:
        return sum(run < FEWEST_WORDS for run in runs)

    def spread(runs: Sequence[int]) -> int:
        return sum(run * run for run in runs)

    found, ways = packed(sizes), list(every_way(sizes))
    assert found in ways
    assert count_short(found) == min(count_short(way) for way in ways)
    alike = [w for w in ways if len(w) == len(found) and count_short(w) == count_short(found)]
    assert spread(found) == min(spread(way) for way in alike)


@given(st.lists(st.integers(1, 50), max_size=40))
def test_every_part_is_in_one_run_in_order(sizes: list[int]) -> None:
    parts = make_parts(sizes)
    runs = list(pack(parts, LIMITS))
    assert [part for run in runs for part in run] == parts
    assert all(len(run) == 1 or sum(part.tokens for part in run) <= 30 for run in runs)


def test_a_long_row_leaves_no_small_rest() -> None:
    assert packed([10] * 4) == [20, 20]
    assert packed([10, 10, 10, 3]) == [20, 13]
    assert packed([28, 3, 27]) == [28, 30]
    assert packed([30, 3, 30]) == [30, 3, 30]
    assert packed([24, 3, 24, 4]) == [27, 28]


def test_a_run_is_bounded_in_characters_too() -> None:
    runs = list(pack(make_parts([10] * 3), Limits(30, 100)))
    assert [len(run) for run in runs] == [1, 1, 1]
    assert all(one[-1].end < following[0].start for one, following in pairwise(runs))
