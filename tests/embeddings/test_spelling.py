"""A word that stands nowhere finds the terms that it was meant to be, and no others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from embeddings.index.exact import ExactIndex
from embeddings.records import IndexContents, WordOrder
from embeddings.spelling import Spelling
from tests.embeddings.building import weigh_terms


def make_spelling(*terms: str) -> Spelling:
    """Over an index that has these terms and nothing else."""
    none = np.empty(0, np.float32)
    return Spelling(
        ExactIndex(
            IndexContents(
                cuts=[],
                passages=[],
                folds=[],
                passage_vectors=none,
                sentence_vectors=none,
                sentence_offsets=np.zeros(1, np.int64),
                positions=none,
                postings=weigh_terms([terms]),
                word_order=WordOrder(np.empty(0, np.int32), np.zeros(1, np.int64)),
            )
        )
    )


TERMS = make_spelling(
    *"2017 5,501 badger barrel de:hafen harbor harbour keeper lamp lighthous sail tail".split()
)


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("keaper", ["keeper"]),
        ("keper", ["keeper"]),
        ("keepper", ["keeper"]),
        ("kepeer", ["keeper"]),
        ("harbuor", ["harbor", "harbour"]),
        ("harbourr", ["harbour"]),
        ("harboer", ["harbor", "harbour"]),
        ("lightouse", ["lighthous"]),
        ("ligthouse", ["lighthous"]),
        ("jeeper", ["keeper"]),
        ("arbour", ["harbour"]),
        ("sharbour", ["harbour"]),
        ("ahrbour", ["harbour"]),
        ("de:hafne", ["de:hafen"]),
    ],
)
def test_a_slip_or_two_are_seen_through(word: str, near: list[str]) -> None:
    assert TERMS.find_near(word) == near


@pytest.mark.parametrize(
    "word",
    [
        "kaepr",
        "barn",
        "lmp",
        "mail",
        "lihgtuose",
        "hafne",
        "nl:hafne",
        "5,500",
        "2018",
        "灯台",
    ],
)
def test_words_too_far_away_or_too_short_are_left_alone(word: str) -> None:
    assert list(TERMS.find_near(word)) == []


WORDS = st.text("abcä1", min_size=3, max_size=10)


def judge(word: str, terms: list[str]) -> list[str]:
    """By looking at every term."""
    if len(word) < 5 or not word.isalpha():
        return []
    known = [term for term in terms if len(term) >= 4 and term.isalpha()]
    apart = {term: OSA.distance(word, term) for term in known}
    same = [term for term in known if term[0] == word[0] and apart[term] <= 1 + (len(word) >= 8)]
    others = [term for term in known if apart[term] <= 1 and len(word) >= 6]
    near = same or others
    return sorted(term for term in near if apart[term] == min(apart[one] for one in near))


@given(WORDS, st.lists(WORDS, min_size=1, max_size=40, unique=True))
def test_no_term_that_is_near_is_overlooked(word: str, terms: list[str]) -> None:
    assert list(make_spelling(*terms).find_near(word)) == judge(word, terms)


def test_a_word_with_the_same_first_letter_comes_before_one_with_another() -> None:
    assert make_spelling("tailor", "sailors").find_near("sailor") == ["sailors"]
    assert make_spelling("tailor").find_near("sailor") == ["tailor"]
