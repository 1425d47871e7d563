"""Of many passages graphs find nearly all of the nearest, whatever a filter leaves."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embeddings.builds import StoredIndex, open_builds
from embeddings.index import NO_FILTER
from embeddings.index.exact import ExactIndex
from embeddings.index.files import make_queries
from embeddings.manifest import Manifest
from embeddings.records import Filter, IndexContents, Nearest, Numbers, Vectors
from tests.cluster.many import make_many
from tests.cluster.publishing import publish
from tests.cluster.servers import Server

pytestmark = pytest.mark.cluster
COUNT = 20_000
DEPTH = 200
_QUERIES = 20
LEAST = 0.98

Made = tuple[IndexContents, Manifest, StoredIndex]


@pytest.fixture(scope="module")
def made(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder: Path = tmp_path_factory.mktemp("many")
    contents = make_many(COUNT, folder)
    postgres.sql("CREATE DATABASE many")
    postgres.sql("CREATE EXTENSION vector", "many")
    manifest, index = publish(open_builds(postgres.address("many"), folder), contents)
    yield contents, manifest, index
    index.close()


def test_the_build_says_how_wide_its_graphs_are_searched_and_what_they_find(made: Made) -> None:
    for facts in made[1].vectors.values():
        assert facts["kind"] == "graph"
        assert 0 < facts["probes"] <= 1000
        assert facts["recall"] >= LEAST


@pytest.mark.parametrize("share", [1.0, 0.5, 0.2, 0.06])
def test_nearly_all_of_the_nearest_are_found_behind_any_filter(made: Made, share: float) -> None:
    contents, _, index = made
    wanted = _choose_filter(contents, share)
    judge = ExactIndex(contents)
    allowed = judge._allowed(wanted)
    found = [np.zeros(2), np.zeros(2)]
    for query in make_queries(contents.sentence_vectors[:: len(contents.passages) // _QUERIES]):
        exact = _score_all(contents, query)
        for kind, nearest in enumerate(index.dense(query, DEPTH, wanted)):
            found[kind] += _count_found(nearest, exact[kind], allowed)
    for hits, of in found:
        assert hits / of >= LEAST


def test_the_sums_of_words_are_those_of_plain_arithmetic(made: Made) -> None:
    contents, _, index = made
    judge = ExactIndex(contents)
    terms = dict.fromkeys(contents.postings.terms[:5], 1.5)
    expected, found = judge.lexical(terms, DEPTH), index.lexical(terms, DEPTH)
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-5)


def _choose_filter(contents: IndexContents, share: float) -> Filter:
    """The language whose share of the passages is nearest to the one wanted."""
    if share == 1.0:
        return NO_FILTER
    counts = Counter(passage.language for passage in contents.passages)
    total = len(contents.passages)
    language = min(counts, key=lambda language: abs(counts[language] / total - share))
    assert abs(counts[language] / total - share) < 0.5 * share
    return Filter(language=language)


def _score_all(contents: IndexContents, query: Vectors) -> tuple[Vectors, Vectors]:
    """The products of all passages, and of the best sentence of each."""
    cosines = contents.sentence_vectors @ query
    best = np.maximum.reduceat(cosines, contents.sentence_offsets[:-1])
    return contents.passage_vectors @ query, best


def _count_found(nearest: Nearest, exact: Vectors, allowed: Numbers) -> tuple[int, int]:
    """How many of the ten nearest were found, whatever half precision makes of ties, and of ten."""
    floor = np.sort(exact[allowed])[-10] - 1e-3
    assert set(nearest.numbers.tolist()) <= set(allowed.tolist())
    return int(np.count_nonzero(exact[nearest.numbers[:10]] >= floor)), 10
