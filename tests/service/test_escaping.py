"""What a piece of a line opens to turn the writing round is closed behind it."""

import html
import json
import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from embeddings.records import Span
from service.escaping import close_directions
from service.quoting import write_csl_json, write_markdown, write_text
from tests.service.test_quoting import STORED, TEXT, cite_stored

LRE, RLE, PDF, LRO, RLO = "\u202a\u202b\u202c\u202d\u202e"
LRI, RLI, FSI, PDI = "\u2066\u2067\u2068\u2069"
DIRECTED = st.text(st.sampled_from(f"a{LRE}{RLE}{PDF}{LRO}{RLO}{LRI}{RLI}{FSI}{PDI}"), max_size=60)


def _count_open(text: str) -> int:
    """How many levels stand open behind a text: rules X2 to X7 of UAX #9, none too deep."""
    isolates: list[bool] = []
    for character in text:
        if character in (LRI, RLI, FSI, LRE, RLE, LRO, RLO):
            isolates.append(character in (LRI, RLI, FSI))
        elif character == PDI and any(isolates):
            isolates = isolates[: len(isolates) - 1 - isolates[::-1].index(True)]
        elif character == PDF and isolates and not isolates[-1]:
            isolates = isolates[:-1]
    return len(isolates)


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        ("plain", ""),
        (f"a{RLO}b", PDF),
        (f"a{RLO}b{PDF}c", ""),
        (f"{RLI}a{LRE}b", PDF + PDI),
        (f"{LRE}a{FSI}b", PDI + PDF),
        (f"{RLI}a{RLO}b{PDI}", ""),
        (f"{RLO}{RLI}{PDF}", PDI + PDF),
        (f"{PDF}{PDI}", ""),
        (f"{RLO}{PDI}", PDF),
    ],
)
def test_what_is_open_is_closed_in_its_order(text: str, closing: str) -> None:
    assert close_directions(text) == text + closing


@given(DIRECTED)
def test_what_follows_stands_outside_all_that_was_opened(text: str) -> None:
    closed = close_directions(text)
    assert closed.startswith(text) and set(closed[len(text) :]) <= {PDF, PDI}
    assert _count_open(closed) == 0


def test_no_particular_of_a_citation_turns_what_follows_it() -> None:
    stored = replace(STORED, title=f"T{RLO}", author=f"A{RLI}; B{LRE}", source=f"s{LRO}/f{FSI}.txt")
    text = write_text([cite_stored(stored)]).split("\n")
    assert text[1] == f"— A{RLI}{PDI}; B{LRE}{PDF}, “T{RLO}{PDF}”, 2017-10-31"
    assert text[2].startswith(f"  s{LRO}/f{FSI}.txt{PDI}{PDF}, page 3")
    said = write_markdown([cite_stored(stored)]).split("\n\n")[1]
    assert said.startswith(f"— A{RLI}{PDI}; B{LRE}{PDF}, [T{RLO}{PDF}](<")
    assert f"s{LRO}/f{FSI}.txt{PDI}{PDF}, page 3" in said


def test_the_quoted_words_stay_as_they_are() -> None:
    turned = f"{RLO}{TEXT}"
    stored = replace(STORED, passage=replace(STORED.passage, text=turned))
    assert write_text([cite_stored(stored)]).startswith(f"“{turned}”\n")
    assert write_markdown([cite_stored(stored)]).startswith(f"> {turned}\n")


def test_an_address_that_turns_the_line_is_spelt_out() -> None:
    stored = replace(STORED, url=f"https://example.org/{RLO}gpj.exe")
    (item,) = json.loads(write_csl_json([cite_stored(stored)]))
    assert item["URL"] == "https://example.org/%E2%80%AEgpj.exe"


MARKED = st.text(
    st.sampled_from("\\`*_[]()<>#+-=.!|~&;\"' \n\t012aé“”文。น\u0e35\u0301\u200f\u200b🦉"),
    max_size=40,
)


@example(text="bc", cuts=[2, 3, 3, 4])
@given(text=MARKED, cuts=st.lists(st.integers(0, 42), min_size=4, max_size=4))
def test_what_is_marked_is_in_bold_and_all_else_stays(text: str, cuts: list[int]) -> None:
    """Whatever stands around a mark; where the first ends and the second begins, too."""
    text = f"a {text}"
    a, b, c, d = sorted(min(cut, len(text)) for cut in cuts)
    stored = replace(STORED, passage=replace(STORED.passage, text=text))
    citation = replace(cite_stored(stored), marked=(Span(a, b), Span(c, d)))
    shown = MarkdownIt("commonmark").enable("strikethrough").render(write_markdown([citation]))
    quoted, _ = shown.split("</blockquote>")
    assert set(re.findall(r"<(\w+)", quoted)) <= {"blockquote", "p", "strong"}
    plain = html.unescape(re.sub(r"<[^>]*>", "", quoted))
    assert plain.split() == text.split()
    bold = html.unescape("".join(re.findall(r"<strong>(.*?)</strong>", quoted, re.DOTALL)))
    assert _letters(bold) == _letters(text[a:b] + text[c:d])


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
