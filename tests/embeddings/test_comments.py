"""Readers' comments are kept, told from the article, and never mixed with it in one passage."""

from typing import Any

import pytest

from embeddings.article import OUTSIDE
from embeddings.blocks import Block, find_blocks
from embeddings.cleaning import Judged, Kind, judge_blocks
from embeddings.comments import find_comments, keep_comments
from embeddings.documents.html import read_html
from embeddings.encoders.hashing import HashingEncoder
from embeddings.passages import cut_document
from embeddings.records import Cut, Document
from tests.embeddings.building import cut
from tests.embeddings.test_article import ENGLISH, make_page

STORY = (
    "The keeper of the lighthouse wound the clockwork of the lamp every four hours of the night, "
    "and he did so for thirty years without a single night away from the tower on the rock.\n\n"
    "His sister took the second watch in summer and wrote the log in green, as black ink froze. "
    "Nobody on the mainland ever asked her why she had chosen that colour for the log of the light."
)
SAID = "My grandfather was that keeper, and I still have the book that she wrote in green."
REPLY = "Please show it to the museum, which has been looking for it since the war."


def comments(found: Cut) -> list[str]:
    return [passage.text for passage in found.passages if passage.comment]


@pytest.mark.parametrize(
    "title",
    ["2 Comments", "Comments", "Comments (2)", "Leave a comment", "3 thoughts on the keeper",
     "Kommentare", "Комментарии", "2 Комментария", "نظرات"],
)  # fmt: skip
def test_what_stands_below_the_title_of_the_comments_is_one(title: str) -> None:
    found = cut(f"{STORY}\n\nShare\n\n{title}\n\n{SAID}\n\n{REPLY}")
    assert comments(found) == [SAID, REPLY]


def test_somebody_who_speaks_for_himself_below_the_source_line_comments() -> None:
    closing = "*About the author: Ann Lee, historian\nSource: The Harbour Post"
    found = cut(f"{STORY}\n{closing}\n{SAID}\n{REPLY}")
    assert comments(found) == [SAID, REPLY]


@pytest.mark.parametrize(
    "text",
    [
        f"The keeper\n\n2 Comments\n\n{STORY}",  # a count under the title
        f"{STORY}\n\nComments\n\n{SAID}",  # a chapter of a text that is no page
        f"{STORY}\n\nSource: The Harbour Post\n\n{REPLY}",  # nobody speaks for himself
        f"I knew him well.\n\n{STORY}\n\nSource: The Harbour Post\n\n{SAID}",  # the author does
        f"{STORY}\n\nSource: The Harbour Post\n\nShe said: “I loved my brother, and his lamp.”",
        f"{STORY}\n\nSource: The Harbour Post",
    ],
)
def test_the_article_is_no_comment(text: str) -> None:
    assert comments(cut(text)) == []


def test_nobody_comments_on_the_pages_of_a_pdf() -> None:
    encoder = HashingEncoder()
    document = Document("a.pdf", f"{STORY}\n\n2 Comments\n\n{SAID}", pages=(0,))
    assert comments(cut_document(document, encoder.count_tokens, encoder.window)) == []


def test_the_comments_below_very_many_lines_are_found_in_the_end() -> None:
    lines = "\n".join(["The lamp was lit.", "Source: the log"] * 20_000)
    assert find_comments(judge_blocks(find_blocks(f"{STORY}\n{lines}"))) is None


def test_a_comment_does_not_stand_under_the_last_heading_of_the_article() -> None:
    found = cut(f"The lamp that never slept\n\n{STORY}\n\n2 Comments\n\n{SAID}")
    assert {(p.comment, p.heading) for p in found.passages} == {
        (False, "The lamp that never slept"),
        (True, None),
    }


def test_a_short_comment_does_not_join_the_article() -> None:
    found = cut(f"{STORY}\n\nIt went dark.\n\n2 Comments\n\nHow sad!\n\n{SAID}")
    assert comments(found)[0].startswith("How sad!")
    assert not any("dark" in text for text in comments(found))


def test_the_comments_of_a_web_page_are_labelled() -> None:
    paragraphs = "".join(f"<p>{part}</p>" for part in STORY.split("\n\n"))
    page = (
        f"<html><body><article><h1>The keeper</h1>{paragraphs}</article>"
        f'<div id="comments" class="comments"><p>{SAID}</p></div></body></html>'
    )
    (document,) = read_html(page.encode(), "a.html", "")
    assert isinstance(document, Document)
    encoder = HashingEncoder()
    found = cut_document(document, encoder.count_tokens, encoder.window)
    assert comments(found) == [SAID]


def test_comments_set_aside_as_outside_the_article_are_kept_and_what_follows_them_is_not() -> None:
    parts = [
        (STORY, Kind.PROSE, ""),
        ("2 Comments", Kind.FURNITURE, "comment count"),
        (SAID, Kind.FURNITURE, OUTSIDE),
        ("Reply", Kind.FURNITURE, "menu or tag line"),
        (REPLY, Kind.FURNITURE, OUTSIDE),
        ("More stories", Kind.FURNITURE, "related articles"),
        ("A bell was heard below the harbour.", Kind.FURNITURE, OUTSIDE),
    ]
    judged, at = [], 0
    for text, kind, reason in parts:
        judged.append(Judged(Block(at, at + len(text), text), kind, reason))
        at += len(text) + 2
    stretch = find_comments(judged)
    assert stretch is not None
    kept = [item.block.text for item in keep_comments(judged, stretch) if item.kind is Kind.PROSE]
    assert kept == [STORY, SAID, REPLY]


def test_below_the_comments_of_a_page_no_prose_is_labelled() -> None:
    last = ENGLISH[-1]
    below = f"{last}\n\n      2 Comments\n\n      {SAID}\n\n      More stories\n\n      {REPLY}"
    assert comments(cut(make_page().replace(last, below))) == [SAID]


class _Counted(list[Judged]):
    """Counts how many of its items are looked at, one by one or in a slice."""

    looks = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.looks += len(found) if isinstance(place, slice) else 1
        return found


def test_a_long_text_is_looked_through_once() -> None:
    lines = [Judged(Block(i, i + 1, "words"), Kind.PROSE) for i in range(1000)]
    judged = _Counted(lines)
    assert find_comments(judged) is None
    assert judged.looks <= 2 * len(lines)
