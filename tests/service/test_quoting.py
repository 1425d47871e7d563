"""Citations say exactly what is quoted and where it stands, whatever characters are in it."""

import html
import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from embeddings.errors import InvalidInput
from embeddings.records import Passage, StoredPassage
from service.quoting import (
    FORMS,
    Citation,
    cite,
    is_web_address,
    write_bibtex,
    write_csl_json,
    write_markdown,
    write_reference,
    write_text,
)
from tests.service.bibtex import print_tex, read_fields

TEXT = "Bees hum. Owls, 🦉 by contrast, do not."
BUILD = "20261121T101831083-f1c414"
ASKED = date(2026, 11, 21)
STORED = StoredPassage(
    number=0,
    passage=Passage("0123456789abcdef", "fedcba98", 512, 512 + len(TEXT), TEXT, (), None, "en", 3),
    title="Who hums",
    source="notes/bees.pdf",
    date="2017-10-31",
    author="Ada Lovelace; Müller & Sons",
    url="https://example.org/bees",
)
COMMENT = replace(STORED, passage=replace(STORED.passage, comment=True))
BARE = replace(STORED, date=None, author=None, url=None, passage=replace(STORED.passage, page=None))
# What could begin or end something in one of the forms, and what could not.
ODD = st.text(
    st.sampled_from("\\`*_[](){}<>#+-=.!|~$%&^\"'@:;,/ \n\t0123aé“”ö🦉\x00\x1b"), max_size=60
)


def cite_stored(stored: StoredPassage = STORED, **span: int) -> Citation:
    return cite(stored, BUILD, ASKED, **span)


def _say(text: str, title: str = "Who hums") -> Citation:
    return cite_stored(replace(STORED, title=title, passage=replace(STORED.passage, text=text)))


def _words(text: str) -> list[str]:
    return text.split()


def test_the_text_form_says_what_and_where() -> None:
    assert write_text([cite_stored()]) == (
        "“Bees hum. Owls, 🦉 by contrast, do not.”\n"
        "— Ada Lovelace; Müller & Sons, “Who hums”, 2017-10-31\n"
        "  notes/bees.pdf, page 3, characters 512–550\n"
        "  https://example.org/bees\n"
        "  Winnow build 20261121T101831083-f1c414, 2026-11-21\n"
    )


def test_what_is_not_known_leaves_no_trace_in_the_text_form() -> None:
    assert write_text([cite_stored(BARE)]) == (
        "“Bees hum. Owls, 🦉 by contrast, do not.”\n"
        "— “Who hums”\n"
        "  notes/bees.pdf, characters 512–550\n"
        "  Winnow build 20261121T101831083-f1c414, 2026-11-21\n"
    )


def test_a_reference_says_where_in_one_line_without_the_words() -> None:
    assert write_reference(cite_stored()) == (
        "Ada Lovelace; Müller & Sons, “Who hums”, 2017-10-31. notes/bees.pdf, page 3, characters "
        "512–550. https://example.org/bees. Winnow build 20261121T101831083-f1c414, 2026-11-21."
    )
    assert write_reference(cite_stored(BARE)) == (
        "“Who hums”. notes/bees.pdf, characters 512–550. "
        "Winnow build 20261121T101831083-f1c414, 2026-11-21."
    )
    odd = replace(STORED, title="Who\u2028hums\n", source="notes\n/bees.pdf", author="A\rB")
    assert len(write_reference(cite_stored(odd)).splitlines()) == 1


def test_the_markdown_form_says_what_and_where() -> None:
    assert write_markdown([cite_stored()]) == (
        "> Bees hum. Owls, 🦉 by contrast, do not.\n\n"
        "— Ada Lovelace; Müller & Sons, [Who hums](<https://example.org/bees>), 2017-10-31. "
        "notes/bees.pdf, page 3, characters 512–550. "
        "Winnow build 20261121T101831083-f1c414, 2026-11-21.\n"
    )


@given(text=ODD, title=ODD)
def test_markdown_shows_the_words_and_makes_nothing_of_them(text: str, title: str) -> None:
    shown = (
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .render(write_markdown([_say(f"a {text}", f"b {title}")]))
    )
    quoted, said = shown.split("</blockquote>")
    assert set(re.findall(r"<(\w+)", quoted)) == {"blockquote", "p"}
    assert set(re.findall(r"<(\w+)", said)) == {"p", "a"}
    plain = html.unescape(re.sub(r"<[^>]*>", "", quoted)).replace("\ufffd", "\0")
    assert _words(plain) == _words(f"a {text}")


@given(ODD)
def test_no_line_of_a_passage_begins_anything_in_markdown(text: str) -> None:
    shown = MarkdownIt("commonmark").render(write_markdown([_say(f"{text}\n{text}")]))
    assert set(re.findall(r"<(\w+)", shown)) <= {"blockquote", "p", "a"}


def test_the_bibtex_form_has_the_fields_that_managers_read() -> None:
    assert write_bibtex([cite_stored()]).startswith("@misc{winnow-0123456789abcdef,\n")
    assert read_fields(write_bibtex([cite_stored()])) == {
        "title": "{Who hums}",
        "author": "{Ada Lovelace} and {Müller \\& Sons}",
        "year": "2017",
        "date": "2017-10-31",
        "howpublished": "notes/bees.pdf",
        "url": "https://example.org/bees",
        "urldate": "2026-11-21",
        "note": "page 3, characters 512–550; Winnow build 20261121T101831083-f1c414, 2026-11-21",
        "annote": TEXT,
    }
    bare = read_fields(write_bibtex([cite_stored(BARE)]))
    assert bare.keys() == {"title", "howpublished", "urldate", "note", "annote"}


@given(text=ODD, title=ODD)
def test_bibtex_prints_the_words_whatever_is_in_them(text: str, title: str) -> None:
    fields = read_fields(write_bibtex([_say(f"a{text}", f"b{title}")]))
    assert fields["title"][0] + fields["title"][-1] == "{}"
    seen = re.sub(r"[\x00-\x1f]", " ", f"a{text}")
    assert print_tex(fields["annote"]).split() == seen.split()
    seen = re.sub(r"[\x00-\x1f]", " ", f"b{title}")
    assert print_tex(fields["title"][1:-1]).split() == seen.split()


# The rules of the CSL-JSON schema, 1.0.2, for the fields that are used here.
CSL_STRINGS = {"id", "type", "title", "URL", "page", "language", "archive_location", "note"}
CSL_STRINGS |= {"annote"}
CSL_DATES = {"issued", "accessed"}


def _check_csl(items: Any) -> None:
    assert isinstance(items, list)
    for item in items:
        assert item.keys() >= {"id", "type"}
        assert item.keys() <= {*CSL_STRINGS, *CSL_DATES, "author", "custom"}
        assert item["type"] in {"document", "webpage"}
        assert all(isinstance(item[name], str) for name in CSL_STRINGS & item.keys())
        assert all(author.keys() == {"literal"} for author in item.get("author", []))
        assert isinstance(item["custom"], dict)
        for name in CSL_DATES & item.keys():
            assert item[name].keys() == {"date-parts"}
            (parts,) = item[name]["date-parts"]
            assert 1 <= len(parts) <= 3
            assert all(type(part) is int for part in parts)


def test_csl_json_keeps_to_its_schema_and_says_what_and_where() -> None:
    (item,) = items = json.loads(write_csl_json([cite_stored()]))
    _check_csl(items)
    assert item == {
        "id": "winnow-0123456789abcdef",
        "type": "webpage",
        "title": "Who hums",
        "author": [{"literal": "Ada Lovelace"}, {"literal": "Müller & Sons"}],
        "issued": {"date-parts": [[2017, 10, 31]]},
        "accessed": {"date-parts": [[2026, 11, 21]]},
        "URL": "https://example.org/bees",
        "page": "3",
        "language": "en",
        "archive_location": "notes/bees.pdf",
        "note": f"page 3, characters 512–550; Winnow build {BUILD}, 2026-11-21",
        "annote": TEXT,
        "custom": {
            "passage_id": "0123456789abcdef",
            "document_id": "fedcba98",
            "source": "notes/bees.pdf",
            "start": 512,
            "end": 550,
            "build": BUILD,
        },
    }


@given(text=ODD, title=ODD)
def test_csl_json_holds_the_very_text(text: str, title: str) -> None:
    items = json.loads(write_csl_json([_say(f"a{text}", title), cite_stored(BARE)]))
    _check_csl(items)
    assert items[0]["annote"] == f"a{text}"
    assert items[1]["type"] == "document"


@pytest.mark.parametrize(
    ("given_date", "parts", "bibtex"),
    [
        ("2017", [2017], ("2017", "2017")),
        ("2017-10", [2017, 10], ("2017", "2017-10")),
        ("2017-10-05", [2017, 10, 5], ("2017", "2017-10-05")),
        ("2017-13", [2017], ("2017", "2017")),
        ("2017-10-32", [2017, 10], ("2017", "2017-10")),
        ("0987-01-02", [987, 1, 2], ("0987", "0987-01-02")),
        ("last May", None, (None, None)),
        (None, None, (None, None)),
    ],
)
def test_a_date_is_given_as_far_as_it_is_known(
    given_date: str | None, parts: list[int] | None, bibtex: tuple[str | None, str | None]
) -> None:
    citation = cite_stored(replace(STORED, date=given_date))
    (item,) = json.loads(write_csl_json([citation]))
    assert item.get("issued") == (parts and {"date-parts": [parts]})
    fields = read_fields(write_bibtex([citation]))
    assert (fields.get("year"), fields.get("date")) == bibtex


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a_b?x=1&y=%20#c", "https://example.org/a_b?x=1&y=%20#c"),
        ("https://example.org/{a}<b> c\\d", "https://example.org/%7Ba%7D%3Cb%3E%20c%5Cd"),
        ("https://пример.example/ä", "https://пример.example/ä"),
        ("javascript:alert(1)", None),
        ("urn:isbn:123", None),
    ],
)
def test_an_address_of_the_web_can_do_no_harm_to_a_form(url: str, shown: str | None) -> None:
    citation = cite_stored(replace(STORED, url=url))
    (item,) = json.loads(write_csl_json([citation]))
    assert item.get("URL") == shown
    assert read_fields(write_bibtex([citation])).get("url") == shown
    assert ("\n  https:" in write_text([citation])) == (shown is not None)
    assert ("](<" in write_markdown([citation])) == (shown is not None)


def test_an_entity_in_an_address_is_none_in_markdown() -> None:
    shown = MarkdownIt().render(
        write_markdown([cite_stored(replace(STORED, url="https://example.org/?a=1&copy;=2"))])
    )
    assert html.unescape(shown).count("https://example.org/?a=1&copy;=2") == 1


def test_a_span_of_a_passage_has_its_own_place_and_key() -> None:
    sentence = cite_stored(start=10, end=38)
    assert sentence.text == "Owls, 🦉 by contrast, do not."
    assert (sentence.start, sentence.end) == (522, 550)
    assert sentence.key == "winnow-0123456789abcdef-10-38"
    assert cite_stored(end=9).text == "Bees hum."
    assert cite_stored(start=0, end=len(TEXT)) == cite_stored()


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [(0, 39, "end"), (5, 5, "end"), (9, 3, "end"), (38, 38, "start"), (38, None, "start")],
)
def test_a_span_outside_its_passage_is_refused(start: int, end: int | None, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        cite(STORED, BUILD, ASKED, start, end)
    assert caught.value.field == field
    assert "38 characters" in caught.value.message


@pytest.mark.parametrize("form", FORMS)
def test_several_citations_are_joined_as_the_form_asks(form: str) -> None:
    write = FORMS[form].write
    one, other = cite_stored(end=9), cite_stored(start=10)
    together = write([one, other])
    if form == "csl-json":
        assert json.loads(together) == json.loads(write([one])) + json.loads(write([other]))
    else:
        assert together == f"{write([one])}\n{write([other])}"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https:example.org", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_become_links(url: str, expected: bool) -> None:
    assert is_web_address(url) is expected


@pytest.mark.parametrize("format", FORMS)
def test_a_readers_comment_is_cited_as_one_and_not_as_the_authors(format: str) -> None:
    said = FORMS[format].write([cite(COMMENT, BUILD, ASKED)])
    assert "a reader's comment, page 3" in said
    assert "Lovelace" not in said
