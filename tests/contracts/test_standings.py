"""Every index says where passages stand, without their texts."""

import pytest

from embeddings.index.filtering import Standing
from tests.contracts.conftest import Open
from tests.contracts.contents import make_contents


def test_a_passage_stands_where_it_is_and_where_its_repeats_are(open_index: Open) -> None:
    contents = make_contents(seed=15)
    assert contents.folds
    index = open_index(contents)
    numbers = [3, *range(len(contents.passages)), 3]
    for number, found in zip(numbers, index.standings(numbers), strict=True):
        stored = index.read([number])[0]
        assert found == (
            Standing(stored.source, stored.passage.language, stored.date),
            *(Standing(one.source, one.language, one.date) for one in stored.also_in),
        )
    assert index.standings([]) == []


def test_a_passage_that_is_not_there_stands_nowhere(open_index: Open) -> None:
    with pytest.raises(LookupError):
        open_index(make_contents(seed=16)).standings([0, 100_000])
