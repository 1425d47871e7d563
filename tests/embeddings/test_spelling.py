"""A word that stands nowhere finds the terms that it was meant to be, and no others."""

import pytest

from embeddings.spelling import Spelling

TERMS = Spelling(
    "2017 5,501 badger barrel de:hafen harbor harbour keeper lamp lighthous sail tail".split()
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


def test_a_word_with_the_same_first_letter_comes_before_one_with_another() -> None:
    assert Spelling(["tailor", "sailors"]).find_near("sailor") == ["sailors"]
    assert Spelling(["tailor"]).find_near("sailor") == ["tailor"]
