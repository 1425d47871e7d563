"""An index of many vectors, which it searches by lists, answers nearly as plain arithmetic does."""

from collections.abc import Iterator

import numpy as np
import pytest

from embeddings.index.exact import ExactIndex
from embeddings.index.files import list_files, write_index
from embeddings.index.local import LocalIndex
from embeddings.records import Filter, IndexContents
from tests.contracts.contents import make_contents, make_vectors

FILTERS = (Filter(), Filter(language="en"), Filter(source="news/old"), Filter(source="no/such"))


@pytest.fixture(scope="module")
def contents() -> IndexContents:
    return make_contents(seed=21, documents=1_500, exact=False)


@pytest.fixture(scope="module")
def index(
    contents: IndexContents, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalIndex]:
    folder = tmp_path_factory.mktemp("lists")
    facts = write_index(folder, contents, least_recall=0.99, flat=100)
    assert {one.kind for one in facts.values()} == {"lists"}
    assert {"passages.lists.faiss", "sentences.lists.faiss"} < set(list_files(folder))
    index = LocalIndex(folder)
    yield index
    index.close()


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_what_is_nearest_is_found_with_its_exact_score(
    index: LocalIndex, contents: IndexContents, wanted: Filter
) -> None:
    judge, shares = ExactIndex(contents), []
    for vector in make_vectors(np.random.default_rng(22), 20, exact=False):
        pairs = zip(index.dense(vector, 10, wanted), judge.dense(vector, 10, wanted), strict=True)
        for found, expected in pairs:
            assert len(found.numbers) == len(expected.numbers)
            shares.append(
                np.isin(expected.numbers, found.numbers).mean() if len(expected.numbers) else 1
            )
            known = dict(zip(expected.numbers.tolist(), expected.scores.tolist(), strict=True))
            for number, score in zip(found.numbers.tolist(), found.scores.tolist(), strict=True):
                assert score == pytest.approx(known.get(number, score), abs=1e-6)
    assert np.mean(shares) >= 0.98


def test_all_texts_come_back_with_their_own_vectors(
    index: LocalIndex, contents: IndexContents
) -> None:
    recalled = list(index.recall_vectors())
    passages = contents.passages
    assert [text for one in recalled for text in one.texts] == [p.text for p in passages]
    assert [own for one in recalled for own in one.sentences] == [p.sentences for p in passages]
    for vectors, expected in (
        ([one.vectors for one in recalled], contents.passage_vectors),
        ([one.sentence_vectors for one in recalled], contents.sentence_vectors),
    ):
        np.testing.assert_array_equal(np.concatenate(vectors), expected)
