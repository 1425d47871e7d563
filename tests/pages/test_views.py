"""Texts are cut where marks begin and end, and a document is shown whole and in order."""

import pytest

from embeddings.records import (
    DocumentSummary,
    Fold,
    Mark,
    Passage,
    Span,
    StoredDocument,
)
from service.confidence import name_confidence
from service.pages.views import (
    Piece,
    cut_pieces,
    find_direction,
    group_by_reason,
    make_sentence,
    view_document,
)

TEXT = "Menu\nA title\nBees hum.\nBees hum.\nShare"


def _passage(start: int, end: int, name: str) -> Passage:
    return Passage(name, "doc", start, end, TEXT[start:end], (Span(0, end - start),), language="en")


def _document(title: str = "A title") -> StoredDocument:
    return StoredDocument(
        summary=DocumentSummary("doc", "a.txt", title, "en", None, len(TEXT), 1),
        text=TEXT,
        sha256="",
        encoding="utf-8",
        passages=(_passage(13, 22, "first"),),
        folds=(Fold(_passage(23, 32, "second"), "first"),),
        headings=(Span(5, 12),),
        marks=(Mark(0, 4, "navigation"), Mark(33, 38, "share line")),
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


def test_a_document_is_shown_in_order_with_what_was_set_aside() -> None:
    sections = view_document(_document("Another title"))
    assert [section.kind for section in sections] == ["aside", "heading", "passage", "aside"]
    assert [part.text for part in sections[-1].parts] == ["Bees hum.", "Share"]
    assert sections[-1].summary == "1 repeat folded, 1 line set aside (share line)"
    assert sections[-1].parts[0].into == "first"


def test_the_heading_that_is_the_title_is_not_shown_twice() -> None:
    assert "heading" not in [section.kind for section in view_document(_document())]


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
