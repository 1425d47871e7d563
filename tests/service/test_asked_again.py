"""A question that is asked again is not encoded again, and has the same answer."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from embeddings.records import Filter, Vectors
from service.query import Query
from service.search import Results, Searcher

KEEPER = "How many ships did the lighthouse keeper count in the fog?"


class Noting(HashingEncoder):
    """Notes what it is asked for; breaks down as often as it was told to."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.breakdowns = 0

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        if self.breakdowns:
            self.breakdowns -= 1
            raise MemoryError
        return super().encode_queries(texts)


@pytest.fixture
def encoder() -> Noting:
    return Noting()


@pytest.fixture
def searcher(index: Path, encoder: Noting) -> Searcher:
    return Searcher(*Artifact(index).open(), encoder)


def told(results: Results) -> Results:
    """An answer without what it took."""
    return replace(results, took_ms={}, remembered=False)


VARIETIES = (
    Query(KEEPER),
    Query(KEEPER, k=3, offset=2),
    Query(KEEPER, filter=Filter(source="harbour")),
    Query(KEEPER, filter=Filter(source="harbour"), facets=True),
    Query(KEEPER, sort="date", min_confidence=0.1),
    Query(KEEPER, mode="dense"),
    Query(KEEPER, mode="lexical", facets=True),
)


def test_all_that_is_asked_of_a_question_encodes_it_once(
    searcher: Searcher, encoder: Noting, index: Path
) -> None:
    found = [searcher.search(query) for query in VARIETIES]
    assert encoder.seen == [KEEPER]
    assert [one.remembered for one in found] == [False, *[True] * (len(VARIETIES) - 1)]
    for query, one in zip(VARIETIES, found, strict=True):
        anew = Searcher(*Artifact(index).open(), HashingEncoder()).search(query)
        assert told(one) == told(anew) == told(searcher.search(query))


def test_questions_asked_at_once_are_encoded_once(searcher: Searcher, encoder: Noting) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(searcher.search, [Query(KEEPER)] * 24))
    assert encoder.seen == [KEEPER]
    assert len({one.hits[0].score for one in found}) == 1
    assert sum(not one.remembered for one in found) == 1


def test_a_question_that_failed_is_asked_again(searcher: Searcher, encoder: Noting) -> None:
    encoder.breakdowns = 1
    with pytest.raises(MemoryError):
        searcher.search(Query(KEEPER))
    assert searcher.search(Query(KEEPER)).hits
    assert encoder.seen == [KEEPER] * 2


def test_a_probe_asks_the_encoder_every_time(searcher: Searcher, encoder: Noting) -> None:
    searcher.probe(KEEPER)
    searcher.probe(KEEPER)
    assert encoder.seen == [KEEPER] * 2
