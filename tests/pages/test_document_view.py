"""A document is shown whole and in order, with what is marked in it."""

from embeddings.records import (
    DocumentSummary,
    Fold,
    Mark,
    Passage,
    Span,
    StoredDocument,
)
from service.pages.document_view import view_document
from service.pages.views import Piece

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


def test_a_document_is_shown_in_order_with_what_was_set_aside() -> None:
    sections = view_document(_document("Another title"), {})
    assert [section.kind for section in sections] == ["aside", "heading", "passage", "aside"]
    assert [part.text for part in sections[-1].parts] == ["Bees hum.", "Share"]
    assert sections[-1].summary == "1 repeat folded, 1 line set aside (share line)"
    assert sections[-1].parts[0].into == "first"


def test_the_heading_that_is_the_title_is_not_shown_twice() -> None:
    assert "heading" not in [section.kind for section in view_document(_document(), {})]


def test_the_passage_of_a_hit_is_shown_with_its_marks() -> None:
    pieces = [Piece("Bees ", False, False), Piece("hum.", True, False)]
    sections = view_document(_document(), {"first": pieces, "elsewhere": pieces})
    assert [part.pieces for section in sections for part in section.parts if part.pieces] == [
        pieces
    ]
