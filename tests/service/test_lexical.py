"""How much of a query's information a passage holds, in all, in one sentence and side by side."""

from pathlib import Path
from tempfile import gettempdir

import numpy as np
import pytest

from embeddings.analysis import find_terms
from embeddings.budget import Budget
from embeddings.counting import count_terms
from embeddings.index.exact import ExactIndex
from embeddings.records import IndexContents, Passage, Span, make_id
from service.lexical import Shares, blend, find_shares
from service.query_words import Vocabulary

WEIGHTS = {"passage": 0.5, "sentence": 0.25, "neighbours": 0.25}


def make_index(*passages: list[str]) -> ExactIndex:
    """An index of passages, each given as its sentences."""
    made, place = [], 0
    for sentences in passages:
        text = " ".join(sentences)
        ends = np.cumsum([len(sentence) + 1 for sentence in sentences])
        spans = tuple(
            Span(int(end) - len(one) - 1, int(end) - 1)
            for one, end in zip(sentences, ends, strict=True)
        )
        made.append(Passage(make_id(text), "d", place, place + len(text), text, spans))
        place += len(text)
    terms = [[find_terms(sentence) for sentence in sentences] for sentences in passages]
    count = sum(map(len, passages))
    counted = (([term for own in some for term in own], some) for some in terms)
    postings, word_order = count_terms(counted, Path(gettempdir()), Budget())
    return ExactIndex(
        IndexContents(
            cuts=[],
            passages=made,
            folds=[],
            passage_vectors=np.zeros((len(passages), 4), np.float32),
            sentence_vectors=np.zeros((count, 4), np.float32),
            sentence_offsets=np.cumsum([0, *map(len, passages)]),
            positions=np.zeros((len(passages), 2), np.float32),
            postings=postings,
            word_order=word_order,
        )
    )


def share(question: str, *passages: list[str]) -> Shares:
    index = make_index(*passages)
    numbers = np.arange(len(passages))
    words = Vocabulary(index).read(question)
    vector = np.zeros(4, np.float32)
    lexical = index.signals(numbers, vector, words.weights).lexical
    return find_shares(words, lexical, index.occurrences(numbers, list(words.weights)))


def test_a_sentence_that_holds_all_the_words_has_all_the_information() -> None:
    found = share(
        "Who broke the lantern of the pier?",
        ["A boy broke the lantern on the pier.", "He ran."],
        ["A boy broke a leg.", "The lantern is old.", "So is the pier."],
        ["Nothing of it."],
    )
    assert found.sentence[0] == pytest.approx(1.0)
    assert 0.2 < found.sentence[1] < 0.6
    assert found.sentence[2] == 0.0
    assert found.passage[0] == pytest.approx(found.passage[1], rel=0.3), "BM25 sees little of this"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("granite harbour wall", 1.0),
        ("the granite of the harbour: a wall", 1.0),
        ("wall, harbour, granite", 1.0),
        ("granite; many fine ships lay in the harbour behind a long old wooden wall", 0.0),
        ("granite harbour and many ships lying behind the long old wall", 0.5),
    ],
)
def test_neighbours_of_the_query_count_where_they_stand_near_each_other(
    text: str, expected: float
) -> None:
    found = share("granite harbour wall", [text], ["granite"], ["harbour"], ["wall"])
    assert found.neighbours[0] == pytest.approx(expected, abs=0.05)


def test_neighbours_may_stand_in_two_sentences() -> None:
    assert share("granite harbour", ["Here is granite.", "Harbour walls."]).neighbours[0] == 1.0


def test_words_at_the_end_of_one_passage_are_no_neighbours_of_the_next() -> None:
    assert share("granite harbour", ["of granite"], ["harbour town"]).neighbours.tolist() == [0, 0]


def test_a_lone_term_is_its_own_neighbour() -> None:
    found = share("granite", ["a wall of granite"], ["a wall"])
    assert found.neighbours.tolist() == found.sentence.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("question", ["who is it", "Zebra?"])
def test_a_query_that_shares_no_term_has_no_share(question: str) -> None:
    found = share(question, ["a wall of granite"])
    assert blend(found, WEIGHTS, 1).tolist() == [0.0]


@pytest.mark.parametrize(("terms", "expected"), [(0, 0.5), (4, 0.5), (8, 0.375), (400, 0.2525)])
def test_the_signal_is_the_sum_of_the_shares_and_what_stands_together_fades(
    terms: int, expected: float
) -> None:
    shares = Shares(*(np.array([value], np.float32) for value in (0.5, 1.0, 0.0)))
    assert blend(shares, WEIGHTS, terms).tolist() == pytest.approx([expected])


def test_a_term_that_stands_twice_in_a_sentence_counts_once() -> None:
    found = share("granite harbour", ["granite granite granite"], ["harbour"])
    assert found.sentence[0] == pytest.approx(0.5)
