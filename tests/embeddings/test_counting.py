"""Weights and word order are the same in parts of any size, which take no more than they may."""

import random
import tracemalloc
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from tempfile import gettempdir

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import counting
from embeddings.budget import Budget
from embeddings.counting import Counted, count_terms

WORDS = st.sampled_from(["bee", "hive", "salt", "5,500", "соль", "naïve", "z"])
PASSAGES = st.lists(st.lists(st.lists(WORDS, max_size=6), max_size=3), max_size=12)
SMALL = Budget(8)


def _count(passages: list[list[list[str]]], row: int) -> list[object]:
    """All that counting gives, where an occurrence is taken to be of so many bytes."""
    counted = (([*chain.from_iterable(own), "title"], own) for own in passages)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(counting, "_ROW", row)
        postings, order = count_terms(counted, Path(gettempdir()), SMALL)
    arrays = (postings.offsets, postings.numbers, postings.weights, order.slots, order.offsets)
    return [list(postings.terms), *(array.tolist() for array in arrays)]


@given(PASSAGES)
def test_parts_of_one_occurrence_give_what_one_part_of_all_gives(
    passages: list[list[list[str]]],
) -> None:
    assert _count(passages, SMALL.part) == _count(passages, 1)


@given(PASSAGES)
def test_the_order_of_words_is_that_of_the_sentences(passages: list[list[list[str]]]) -> None:
    terms, *_, slots, offsets = _count(passages, SMALL.part)
    assert isinstance(terms, list) and isinstance(slots, list) and isinstance(offsets, list)
    sentences = [[terms[slot] for slot in slots[start:end]] for start, end in pairwise(offsets)]
    assert sentences == [sentence for own in passages for sentence in own]


def _make_passages(count: int) -> Iterator[Counted]:
    chance = random.Random(1)
    words = [f"word{number}" for number in range(500)]
    for _ in range(count):
        sentences = [chance.choices(words, k=30), chance.choices(words, k=10)]
        yield [*sentences[0], *sentences[1]], sentences


def _measure(count: int, folder: Path) -> int:
    """The most bytes that counting so many passages holds at a time."""
    tracemalloc.start()
    try:
        count_terms(_make_passages(count), folder, SMALL)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_ten_times_the_passages_stay_within_the_budget(tmp_path: Path) -> None:
    few, many = _measure(600, tmp_path), _measure(6_000, tmp_path)
    assert many < SMALL.megabytes << 20
    assert (many - few) / 5_400 < 400, "what goes to the disk is held in memory"


def test_what_is_counted_lies_on_the_disk(tmp_path: Path) -> None:
    postings, order = count_terms(_make_passages(10), tmp_path, SMALL)
    for array in (postings.numbers, postings.weights, order.slots):
        base = array
        while base is not None and not isinstance(base, np.memmap):
            base = base.base  # type: ignore[assignment]  # at the end of views is what they show
        assert base is not None
