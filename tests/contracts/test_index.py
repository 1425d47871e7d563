"""Every index answers as plain arithmetic does: same ids, same scores, ties by number."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from embeddings.index.exact import ExactIndex
from embeddings.records import Filter, IndexContents, Nearest, Passage, Vectors
from tests.contracts.conftest import Open
from tests.contracts.contents import DIMENSION, all_numbers, make_contents, make_vectors

FILTERS = (
    Filter(source="news/1.txt"),
    Filter(source="news"),
    Filter(source="news/"),
    Filter(source="news/old"),
    Filter(source="rows.jsonl"),
    Filter(source="rows.jsonl#3"),
    Filter(source="*.txt"),
    Filter(source="notes [*"),
    Filter(source="new"),
    Filter(source="NEWS"),
    Filter(language="en"),
    Filter(language="ru"),
    Filter(after="2017"),
    Filter(before="2017"),
    Filter(after="2017-06", before="2018-01-01"),
    Filter(source="news", language="de", after="2016"),
    Filter(language="xx"),
)
TERMS: tuple[dict[str, float], ...] = (
    {"bee": 1.0},
    {"bee": 1.0, "salt": 0.25, "соль": 2.0},
    {"naïve": 1.5, "5,500": 1.5, "unheard": 3.0},
    {"unheard": 1.0},
    {},
)
DEPTHS = (1, 2, 7, 40, 100_000)


def rank(scores: Vectors, allowed: list[int], depth: int) -> Nearest:
    """The order that the seam promises, written out."""
    best = sorted(allowed, key=lambda number: (-scores[number], number))[:depth]
    return Nearest(np.array(best, dtype=np.int64), scores[best])


def check(found: Nearest, expected: Nearest) -> None:
    assert found.numbers.tolist() == expected.numbers.tolist()
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-5)
    assert found.numbers.dtype == np.int64
    assert found.scores.dtype == np.float32


def best_sentences(contents: IndexContents, vector: Vectors) -> Vectors:
    cosines = contents.sentence_vectors @ vector
    offsets = contents.sentence_offsets
    pairs = itertools.pairwise(offsets)
    return np.array([cosines[start:end].max() for start, end in pairs], dtype=np.float32)


def sum_weights(contents: IndexContents, terms: dict[str, float]) -> Vectors:
    """BM25 sums, from the postings, one passage after the other."""
    postings = contents.postings
    sums = np.zeros(len(contents.passages))
    for slot, term in enumerate(postings.terms):
        for at in range(postings.offsets[slot], postings.offsets[slot + 1]):
            sums[postings.numbers[at]] += terms.get(term, 0.0) * postings.weights[at]
    return sums.astype(np.float32)


def let_through(contents: IndexContents, wanted: Callable[[Passage], bool]) -> list[int]:
    """The passages of which some place is wanted."""
    folded = {fold.into for fold in contents.folds if wanted(fold.passage)}
    return [i for i, p in enumerate(contents.passages) if wanted(p) or p.id in folded]


@pytest.mark.parametrize("exact", [True, False], ids=["tied", "untied"])
@pytest.mark.parametrize("depth", DEPTHS)
def test_dense_finds_the_nearest_by_passage_and_by_best_sentence(
    open_index: Open, depth: int, exact: bool
) -> None:
    contents = make_contents(seed=1, documents=60, exact=exact)
    index = open_index(contents)
    everything = all_numbers(contents).tolist()
    for vector in make_vectors(np.random.default_rng(2), 5, exact):
        by_passage, by_sentence = index.dense(vector, depth)
        check(by_passage, rank(contents.passage_vectors @ vector, everything, depth))
        check(by_sentence, rank(best_sentences(contents, vector), everything, depth))


def test_a_passage_of_one_sentence_is_near_by_it_though_others_are_nearer_as_a_whole(
    open_index: Open,
) -> None:
    contents = make_contents(seed=9)
    query, aside = np.eye(DIMENSION, dtype=np.float32)[:2]
    offsets = contents.sentence_offsets
    sizes = np.diff(offsets)
    alone = int(np.flatnonzero(sizes == 1)[-1])
    passages = np.tile(query, (len(sizes), 1))
    sentences = np.tile(aside, (offsets[-1], 1))
    ones = np.flatnonzero(sizes == 1)
    passages[ones] = sentences[offsets[ones]] = -query
    passages[alone] = sentences[offsets[alone]] = 0.6 * query + 0.8 * aside
    index = open_index(replace(contents, passage_vectors=passages, sentence_vectors=sentences))
    for depth in (1, 2, 5):
        assert index.dense(query, depth)[1].numbers[0] == alone


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("terms", TERMS, ids=lambda terms: "+".join(terms) or "none")
def test_lexical_ranks_the_passages_that_share_a_term(
    open_index: Open, terms: dict[str, float], depth: int
) -> None:
    contents = make_contents(seed=3)
    sums = sum_weights(contents, terms)
    found = open_index(contents).lexical(terms, depth)
    check(found, rank(sums, np.flatnonzero(sums).tolist(), depth))


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_filters_let_through_the_same_passages_for_every_signal(
    open_index: Open, wanted: Filter
) -> None:
    contents = make_contents(seed=4, documents=40)
    judge, index = ExactIndex(contents), open_index(contents)
    vector = make_vectors(np.random.default_rng(5), 1, True)[0]
    for depth in (1, 10, 1000):
        for found, expected in zip(
            index.dense(vector, depth, wanted), judge.dense(vector, depth, wanted), strict=True
        ):
            check(found, expected)
        check(index.lexical(TERMS[1], depth, wanted), judge.lexical(TERMS[1], depth, wanted))


@pytest.mark.parametrize(
    ("wanted", "lets_through"),
    [
        (Filter(source="news/old"), lambda source, language, date: source.startswith("news/old/")),
        (Filter(source="rows.jsonl"), lambda source, language, date: "jsonl#" in source),
        (Filter(source="*[[]*"), lambda source, language, date: "[" in source),
        (Filter(language="ru"), lambda source, language, date: language == "ru"),
        (Filter(after="2017"), lambda source, language, date: (date or "") >= "2017"),
        (Filter(before="2017"), lambda source, language, date: "" < (date or "") < "2018"),
    ],
    ids=str,
)
def test_a_filter_means_what_it_says(
    open_index: Open, wanted: Filter, lets_through: Callable[[str, str | None, str | None], bool]
) -> None:
    contents = make_contents(seed=6, documents=40)
    documents = {cut.document.id: cut.document for cut in contents.cuts}

    def is_wanted(passage: Passage) -> bool:
        document = documents[passage.document_id]
        return lets_through(document.source, passage.language, document.date)

    expected = let_through(contents, is_wanted)
    vector = make_vectors(np.random.default_rng(7), 1, True)[0]
    by_passage, by_sentence = open_index(contents).dense(vector, 100_000, wanted)
    assert 0 < len(expected) < len(contents.passages)
    assert sorted(by_passage.numbers) == expected
    assert sorted(by_sentence.numbers) == expected


def test_a_passage_is_found_where_only_one_folded_into_it_passes(open_index: Open) -> None:
    contents = make_contents(seed=8)
    documents = {cut.document.id: cut.document for cut in contents.cuts}
    place = {passage.id: number for number, passage in enumerate(contents.passages)}
    fold = next(
        fold
        for fold in contents.folds
        if contents.passages[place[fold.into]].document_id != fold.passage.document_id
    )
    wanted = Filter(source=documents[fold.passage.document_id].source)
    nearest, _ = open_index(contents).dense(contents.passage_vectors[0], 1000, wanted)
    assert place[fold.into] in nearest.numbers


def test_occurrences_name_every_place_of_a_term(open_index: Open) -> None:
    contents = make_contents(seed=9)
    terms = ["salt", "unheard", "соль", "bee"]
    numbers = all_numbers(contents)[::-2]
    expected = [
        (i, sentence, place, terms.index(word))
        for i, number in enumerate(numbers)
        for place, (sentence, word) in enumerate(_read_words(contents.passages[number]))
        if word in terms
    ]
    found = open_index(contents).occurrences(numbers, terms)
    columns = (found.passage, found.sentence, found.place, found.term)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected
    assert len({sentence for _, sentence, _, _ in expected}) > 1


@pytest.mark.parametrize(("numbers", "terms"), [([], ["bee"]), ([0, 1], []), ([0], ["unheard"])])
def test_nothing_occurs_where_nothing_is_asked_for_or_known(
    open_index: Open, numbers: list[int], terms: list[str]
) -> None:
    found = open_index(make_contents(seed=9)).occurrences(np.array(numbers, np.int64), terms)
    assert [len(found.passage), len(found.sentence), len(found.place), len(found.term)] == [0] * 4


def _read_words(passage: Passage) -> list[tuple[int, str]]:
    """The words of a passage with the sentence each stands in."""
    return [
        (number, word)
        for number, span in enumerate(passage.sentences)
        for word in passage.text[span.start : span.end].split()
    ]
