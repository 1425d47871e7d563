"""Every index gives back what was put in, and the exact signals of any passage asked for."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.index.exact import ExactIndex
from embeddings.index.files import write_index
from embeddings.index.local import LocalIndex
from embeddings.records import IndexContents, Numbers, Place, Signals, Vectors, hash_text
from tests.contracts.conftest import Open
from tests.contracts.contents import DIMENSION, WORDS, all_numbers, make_contents, make_vectors

QUERY = {"bee": 1.0, "соль": 0.5, "unheard": 9.0}


def a_vector(seed: int = 1, exact: bool = True) -> Vectors:
    return make_vectors(np.random.default_rng(seed), 1, exact).reshape(-1)


def check_signals(found: Signals, contents: IndexContents, numbers: Sequence[int]) -> None:
    """Against the definitions, one passage after the other."""
    vector, postings = a_vector(), contents.postings
    expected = []
    for number in numbers:
        rows = slice(*contents.sentence_offsets[number : number + 2])
        cosines = [float(row @ vector) for row in contents.sentence_vectors[rows]]
        lexical = 0.0
        for slot, term in enumerate(postings.terms):
            place = slice(*postings.offsets[slot : slot + 2])
            own = postings.weights[place][postings.numbers[place] == number]
            lexical += QUERY.get(term, 0.0) * float(own.sum())
        passage = float(contents.passage_vectors[number] @ vector)
        beside = [contents.passage_vectors[one] @ vector for one in _find_beside(contents, number)]
        expected.append((passage, max(beside, default=passage), max(cosines), lexical))
    got = list(zip(found.passage, found.context, found.sentence, found.lexical, strict=True))
    np.testing.assert_allclose(np.array(got), np.array(expected), atol=1e-5)


def _find_beside(contents: IndexContents, number: int) -> list[int]:
    """The passages right before and right after one in its document."""
    own = contents.passages[number]
    others = [
        (passage.start, i)
        for i, passage in enumerate(contents.passages)
        if passage.document_id == own.document_id and i != number
    ]
    before = [one for one in others if one[0] < own.start]
    after = [one for one in others if one[0] > own.start]
    return [i for _, i in (*sorted(before)[-1:], *sorted(after)[:1])]


CHOICES = pytest.mark.parametrize(
    "choose",
    [
        pytest.param(lambda numbers: numbers, id="all"),
        pytest.param(lambda numbers: numbers[::-1], id="backwards"),
        pytest.param(lambda numbers: numbers[[5, 0, 5, 5, -1, 2]], id="repeated"),
        pytest.param(lambda numbers: numbers[[7]], id="one"),
    ],
)


@CHOICES
def test_signals_are_exact_and_in_the_order_asked_for(
    open_index: Open, choose: Callable[[Numbers], Numbers]
) -> None:
    contents = make_contents(seed=11)
    numbers = choose(all_numbers(contents))
    found = open_index(contents).signals(numbers, a_vector(), QUERY)
    check_signals(found, contents, numbers.tolist())


@CHOICES
def test_every_sentence_of_the_passages_has_its_cosine(
    open_index: Open, choose: Callable[[Numbers], Numbers]
) -> None:
    contents = make_contents(seed=11)
    numbers, vector = choose(all_numbers(contents)), a_vector()
    index = open_index(contents)
    found = index.sentence_cosines(numbers, vector)
    assert len(found) == len(numbers)
    for number, own in zip(numbers, found, strict=True):
        rows = slice(*contents.sentence_offsets[number : number + 2])
        np.testing.assert_allclose(own, contents.sentence_vectors[rows] @ vector, atol=1e-5)
    best = index.signals(numbers, vector, {}).sentence
    np.testing.assert_array_equal([own.max() for own in found], best)


@CHOICES
def test_passages_lie_where_they_were_put_on_the_map(
    open_index: Open, choose: Callable[[Numbers], Numbers]
) -> None:
    contents = make_contents(seed=11)
    numbers = choose(all_numbers(contents))
    found = open_index(contents).positions(numbers)
    np.testing.assert_array_equal(found, contents.positions[numbers])
    assert (found.shape, found.dtype) == ((len(numbers), 2), np.float32)


def test_the_vector_of_a_passage_is_given_back(open_index: Open) -> None:
    contents = make_contents(seed=11)
    index = open_index(contents)
    for number in (0, len(contents.passages) - 1):
        found = index.passage_vector(number)
        np.testing.assert_allclose(found, contents.passage_vectors[number], atol=1e-2)
        assert (found.shape, found.dtype) == ((DIMENSION,), np.float32)


def test_signals_of_no_passages_are_empty(open_index: Open) -> None:
    none: Numbers = np.empty(0, dtype=np.int64)
    index = open_index(make_contents(seed=11))
    found = index.signals(none, a_vector(), QUERY)
    sizes = [len(values) for values in (found.passage, found.sentence, found.lexical)]
    assert sizes == [0, 0, 0]
    assert index.sentence_cosines(none, a_vector()) == []


def test_signals_without_terms_have_no_lexical_part(open_index: Open) -> None:
    contents = make_contents(seed=11)
    found = open_index(contents).signals(all_numbers(contents), a_vector(), {})
    assert not found.lexical.any()


def test_the_signals_of_a_passage_do_not_depend_on_the_others_asked_for(open_index: Open) -> None:
    """To the last bit: else a filter could turn the order of two passages round."""
    contents = make_contents(seed=11, exact=False)
    index, vector = open_index(contents), a_vector(4, exact=False)
    together = index.signals(all_numbers(contents), vector, QUERY)
    for number in all_numbers(contents):
        alone = index.signals(np.array([number]), vector, QUERY)
        assert alone.passage[0] == together.passage[number]
        assert alone.sentence[0] == together.sentence[number]
        assert alone.lexical[0] == together.lexical[number]


def test_candidates_carry_the_scores_that_signals_give(open_index: Open) -> None:
    contents = make_contents(seed=12, exact=False)
    index, vector = open_index(contents), a_vector(3, exact=False)
    by_passage, by_sentence = index.dense(vector, 20)
    by_words = index.lexical(QUERY, 20)
    for nearest, name in (
        (by_passage, "passage"),
        (by_sentence, "sentence"),
        (by_words, "lexical"),
    ):
        exact = getattr(index.signals(nearest.numbers, vector, QUERY), name)
        np.testing.assert_allclose(nearest.scores, exact, atol=1e-5)


def test_frequencies_count_passages_and_are_zero_for_a_stranger(open_index: Open) -> None:
    contents = make_contents(seed=13)
    texts = [set(passage.text.split()) for passage in contents.passages]
    expected = {word: sum(word in text for text in texts) for word in (*WORDS, "unheard")}
    index = open_index(contents)
    assert index.frequencies([*WORDS, "unheard"]) == expected
    assert index.frequencies([]) == {}


@pytest.mark.parametrize("size", [DIMENSION - 1, DIMENSION + 1, 2 * DIMENSION, 1])
def test_a_vector_of_another_dimension_is_refused(open_index: Open, size: int) -> None:
    index = open_index(make_contents(seed=14))
    vector = np.full(size, size**-0.5, dtype=np.float32)
    with pytest.raises((ValueError, AssertionError)):
        index.dense(vector, 3)
    with pytest.raises((ValueError, AssertionError)):
        index.signals(np.array([0, 1]), vector, {})
    with pytest.raises((ValueError, AssertionError)):
        index.sentence_cosines(np.array([0, 1]), vector)


def test_passages_come_back_in_the_order_asked_for(open_index: Open) -> None:
    contents = make_contents(seed=15, documents=400)
    index = open_index(contents)
    assert index.passage_count == len(contents.passages)
    wanted = [*range(len(contents.passages) - 1, -1, -1), 3, 3]  # more than SQLite takes at once
    found = index.read(wanted)
    assert [stored.number for stored in found] == wanted
    assert [stored.passage for stored in found] == [contents.passages[i] for i in wanted]
    cuts = {cut.document.id: cut for cut in contents.cuts}
    for stored in found:
        cut = cuts[stored.passage.document_id]
        document = cut.document
        facts = (stored.title, stored.source, stored.date, stored.author, stored.url)
        assert facts == (cut.title, document.source, document.date, document.author, document.url)


def test_a_passage_names_every_other_place_by_source(open_index: Open) -> None:
    contents = make_contents(seed=16)
    cuts = {cut.document.id: cut for cut in contents.cuts}
    index = open_index(contents)
    for number, passage in enumerate(contents.passages):
        folded = [fold.passage for fold in contents.folds if fold.into == passage.id]
        places = [
            Place(
                *(f.id, f.document_id, cut.title, cut.document.source, f.start, f.end),
                language=f.language,
                date=cut.document.date,
            )
            for f in folded
            for cut in [cuts[f.document_id]]
        ]
        expected = sorted(places, key=lambda place: (place.source, place.start))
        assert list(index.read([number])[0].also_in) == expected


@pytest.mark.parametrize("numbers", [[100_000], [0, 100_000]])
def test_a_passage_number_that_is_not_there_is_an_error(
    open_index: Open, numbers: list[int]
) -> None:
    with pytest.raises(LookupError):
        open_index(make_contents(seed=16)).read(numbers)


def test_a_passage_is_found_by_its_id_and_by_that_of_a_repeat(open_index: Open) -> None:
    contents = make_contents(seed=17)
    index = open_index(contents)
    for number, passage in enumerate(contents.passages):
        assert index.find(passage.id) == index.read([number])[0]
    for fold in contents.folds:
        found = index.find(fold.passage.id)
        assert found is not None
        assert found.passage.id == fold.into
    assert index.find("0" * 16) is None
    assert index.find("") is None


@pytest.mark.parametrize(
    ("offset", "limit"), [(0, 10), (7, 5), (25, 100), (30, 1), (9999, 3), (0, 0)]
)
def test_documents_come_in_pages_by_source(open_index: Open, offset: int, limit: int) -> None:
    contents = make_contents(seed=18, documents=30)
    standing = {passage.id for passage in contents.passages}
    count, page = open_index(contents).documents(offset, limit)
    cuts = sorted(contents.cuts, key=lambda cut: cut.document.source)[offset : offset + limit]
    assert count == 30
    assert [summary.source for summary in page] == [cut.document.source for cut in cuts]
    for summary, cut in zip(page, cuts, strict=True):
        assert (summary.id, summary.title) == (cut.document.id, cut.title)
        assert summary.file == cut.document.file
        assert (summary.language, summary.date) == (cut.language, cut.document.date)
        assert summary.characters == len(cut.document.text)
        assert summary.passages == sum(passage.id in standing for passage in cut.passages)


def test_a_document_comes_back_whole(open_index: Open) -> None:
    contents = make_contents(seed=19)
    standing = {passage.id for passage in contents.passages}
    index = open_index(contents)
    for cut in contents.cuts:
        found = index.document(cut.document.id)
        assert found is not None
        assert (found.text, found.sha256) == (cut.document.text, cut.document.sha256)
        assert found.encoding == cut.document.encoding
        assert found.author == cut.document.author
        assert found.url == cut.document.url
        assert found.extractor == cut.document.extractor
        assert found.notices == cut.document.notices
        assert found.text_sha256 == hash_text(cut.document.text)
        assert (found.headings, found.marks) == (cut.headings, cut.marks)
        assert found.passages == tuple(p for p in cut.passages if p.id in standing)
        folded = {fold.passage.id: fold for fold in contents.folds}
        assert found.folds == tuple(folded[p.id] for p in cut.passages if p.id not in standing)
    assert index.document("0" * 16) is None


def test_an_index_without_passages_finds_nothing(open_index: Open) -> None:
    contents = replace(
        make_contents(seed=20, documents=0),
        passage_vectors=np.empty((0, DIMENSION), dtype=np.float32),
        sentence_vectors=np.empty((0, DIMENSION), dtype=np.float32),
    )
    index = open_index(contents)
    by_passage, by_sentence = index.dense(a_vector(), 5)
    assert index.passage_count == 0
    assert (len(by_passage.numbers), len(by_sentence.numbers)) == (0, 0)
    assert len(index.lexical({"bee": 1.0}, 5).numbers) == 0
    assert index.documents(0, 5) == (0, [])


def test_several_threads_get_the_answers_that_one_gets(open_index: Open) -> None:
    contents = make_contents(seed=21, documents=60)
    index = open_index(contents)

    def ask(seed: int) -> tuple[list[int], list[int], list[str]]:
        dense = index.dense(a_vector(seed), 9)[1].numbers.tolist()
        lexical = index.lexical({WORDS[seed % len(WORDS)]: 1.0}, 9).numbers.tolist()
        return dense, lexical, [stored.passage.id for stored in index.read(dense)]

    alone = [ask(seed) for seed in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(40))) == alone


def test_a_written_index_answers_the_same_when_opened_again(tmp_path: Path) -> None:
    contents = make_contents(seed=22)
    write_index(tmp_path, contents)
    for _ in range(2):
        index = LocalIndex(tmp_path)
        found = index.signals(all_numbers(contents), a_vector(), QUERY)
        check_signals(found, contents, all_numbers(contents).tolist())
        assert index.read([4]) == ExactIndex(contents).read([4])
        index.close()
