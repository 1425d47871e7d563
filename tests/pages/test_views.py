"""Texts are cut where marks begin and end, and numbers are put into words."""

import pytest

from embeddings.records import Span
from service.confidence import name_confidence
from service.pages.views import (
    Piece,
    cut_pieces,
    find_direction,
    group_by_reason,
    make_sentence,
)


def test_pieces_join_to_the_text_and_know_sentence_and_words() -> None:
    pieces = list(cut_pieces("Bees hum. Owls do not.", [Span(0, 9)], [Span(5, 8), Span(10, 14)]))
    assert "".join(piece.text for piece in pieces) == "Bees hum. Owls do not."
    assert pieces == [
        Piece("Bees ", True, False),
        Piece("hum", True, True),
        Piece(".", True, False),
        Piece(" ", False, False),
        Piece("Owls", False, True),
        Piece(" do not.", False, False),
    ]


def test_a_text_without_marks_is_one_piece() -> None:
    assert list(cut_pieces("Bees hum.", [], [])) == [Piece("Bees hum.", False, False)]


@pytest.mark.parametrize(
    ("language", "direction"), [("fa", "rtl"), ("ar", "rtl"), ("en", "ltr"), (None, "auto")]
)
def test_direction_follows_the_language(language: str | None, direction: str) -> None:
    assert find_direction(language) == direction


@pytest.mark.parametrize(
    ("given", "shown"), [("k is 0", "K is 0."), ("Why?", "Why?"), (" done. ", "Done."), ("", "")]
)
def test_a_message_becomes_a_sentence(given: str, shown: str) -> None:
    assert make_sentence(given) == shown


def test_sources_are_grouped_by_their_reason() -> None:
    pairs = [["a.md", "no reader"], ["b", "empty"], ["c.md", "no reader"]]
    assert group_by_reason(pairs) == {"no reader": ["a.md", "c.md"], "empty": ["b"]}


@pytest.mark.parametrize(
    ("confidence", "answer", "words"),
    [(0.9, False, "not an answer"), (0.05, True, "possible match"), (0.95, True, "strong match")],
)
def test_confidence_in_words(confidence: float, answer: bool, words: str) -> None:
    assert name_confidence(confidence, answer) == words
