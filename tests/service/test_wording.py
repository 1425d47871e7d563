"""Whether a phrase stands in a text."""

import pytest

from service.wording import Wording


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("granite wall", "A Granite\n  WALL, two metres thick."),
        ("don't", "I don’t know"),
        ("keeper", "the keeper’s lamp"),
        ("Straße", "DIE STRASSE"),
        ("fish", "ﬁsh and chips"),
        ("lighthouse", "the light\u00adhouse"),
        ("3.14", "about 3.14 metres"),
        ("灯塔", "这灯塔看守人"),
        ("нижнюю дорогу", "затопила Нижнюю дорогу, и"),
        ("C++", "written in C++."),
    ],
)
def test_a_phrase_stands_there(phrase: str, text: str) -> None:
    assert Wording((phrase,)).allows(text)
    assert not Wording((), (phrase,)).allows(text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("granite wall", "granite walls"),
        ("wall", "wallpaper"),
        ("14", "3.14"),
        ("1", "1,000"),
        ("old wall", "old stone wall"),
        ("a.c", "abc"),
    ],
)
def test_a_phrase_does_not_stand_there(phrase: str, text: str) -> None:
    assert not Wording((phrase,)).allows(text)
    assert Wording((), (phrase,)).allows(text)


def test_all_phrases_must_stand_there() -> None:
    assert Wording(("old", "wall")).allows("the wall is old")
    assert not Wording(("old", "wall")).allows("the wall is new")
