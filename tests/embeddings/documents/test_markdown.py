"""Markdown keeps its text to the character; its marks say what is a heading, an item, a table."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.documents.markdown import read_markdown
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import UnreadableDocument
from embeddings.passages import cut_document
from embeddings.records import Cut, Document
from tests.embeddings.test_passages import check
from tests.embeddings.texts import messy_texts

FRONT = '---\ntitle: "The *keeper*"\ndate: 2021-03-04\nauthor: Ann Lee\nlang: en-GB\n---\n'
BODY = "The keeper wound the lamp every four hours of the night, and wrote it down."
_MARKUP = ("# ", "- ", "> ", "```", "|", "---", "===", "<!--", "-->", "    ", "[a]: b", "\\", "1. ")


def read(text: str) -> Document:
    (document,) = read_markdown(text.encode(), "notes.md", "0" * 64)
    assert isinstance(document, Document)
    return document


def cut(text: str) -> Cut:
    encoder = HashingEncoder()
    return cut_document(read(text), encoder.count_tokens, encoder.window)


def test_the_text_is_the_file_itself_with_its_newlines() -> None:
    text = "# A\r\n\r\nwords\rmore\n"
    assert read("\ufeff" + text).text == text


def test_front_matter_gives_the_particulars_and_is_set_aside() -> None:
    document = read(FRONT + BODY)
    assert (document.title, document.date) == ("The *keeper*", "2021-03-04")
    assert (document.author, document.language) == ("Ann Lee", "en")
    found = cut(FRONT + BODY)
    assert [p.text for p in found.passages] == [BODY]
    assert [mark.reason for mark in found.marks] == ["front matter"]


@pytest.mark.parametrize("text", [f"---\n{BODY}\n---\n", f"---\n\n{BODY}", "---"])
def test_a_rule_at_the_top_is_no_front_matter(text: str) -> None:
    assert "front matter" not in [mark.reason for mark in read(text).marks]


def test_a_date_in_words_is_left_out_and_said() -> None:
    document = read(f"---\ndate: last spring\n---\n{BODY}")
    assert document.date is None
    assert "last spring" in document.notices[0]


@pytest.mark.parametrize(
    "heading", ["# The lamp", "## The lamp ##", "The lamp\n========", "The lamp\r\n---"]
)
def test_a_heading_keeps_its_marks_in_the_text_and_is_shown_without(heading: str) -> None:
    found = cut(f"{heading}\n\n{BODY}\n")
    assert [p.heading for p in found.passages] == ["The lamp"]
    assert [found.document.text[s.start : s.end] for s in found.headings] == [heading]
    assert found.title == "The lamp"


def test_the_title_reads_as_the_heading_is_shown() -> None:
    assert read(f"# The *lamp* of [Ann](http://a.example/)\n\n{BODY}").title == "The lamp of Ann"


def test_a_hash_in_a_code_block_is_no_heading() -> None:
    found = cut(f"{BODY}\n\n```sh\n# wind the lamp\n```\n")
    assert found.headings == ()
    assert "# wind the lamp" in found.passages[-1].text


def test_items_are_passages_of_their_own_and_wrapped_lines_are_not() -> None:
    found = cut(f"- {BODY}\n- {BODY.upper()}\n\n{BODY[:40]}\n{BODY[40:]}\n")
    assert [p.text for p in found.passages] == [
        f"- {BODY}",
        f"- {BODY.upper()}",
        f"{BODY[:40]}\n{BODY[40:].strip()}",
    ]


def test_a_table_is_kept_row_by_row_without_its_rule() -> None:
    found = cut(f"{BODY}\n\n| home | news | contact |\n|---|---|---|\n| 1 | 2 | 3 |\n")
    assert "| home | news | contact |" in [p.text for p in found.passages]
    assert [mark.reason for mark in found.marks] == ["rule"]


def test_furniture_between_paragraphs_is_still_set_aside() -> None:
    found = cut(f"# A\n\n{BODY}\n\nTags: lamp, keeper\n\n{BODY.upper()}\n")
    assert [mark.reason for mark in found.marks] == ["tag list"]


@given(messy_texts(20), st.lists(st.sampled_from(_MARKUP)), st.sampled_from(["", FRONT]))
def test_nothing_is_lost_whatever_the_marks(text: str, marks: list[str], front: str) -> None:
    lines = zip(marks, text.split("\n"), strict=False)
    whole = front + "".join(f"{mark}{line}\n" for mark, line in lines)
    encoder = HashingEncoder()
    with suppress(UnreadableDocument):
        check(cut(whole), encoder, encoder.window)


def test_front_matter_may_use_other_names() -> None:
    document = read(
        f"---\nheadline: A\npublished: 2021-03\ncreator: Ann Lee\nlink: https://a.example/1\n"
        f"language: fa\n---\n{BODY}"
    )
    assert (document.title, document.date, document.author) == ("A", "2021-03", "Ann Lee")
    assert (document.url, document.language) == ("https://a.example/1", "fa")
