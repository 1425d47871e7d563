"""The search page says what it understood, and how each part of it is undone."""

from html import unescape
from re import findall, search
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.testclient import TestClient

ASKED = 'lamp "whale oil" -ferry lang:en'


def _show(harbour: TestClient, status: int = 200, **asked: Any) -> str:
    answer = harbour.get("/", params=asked)
    assert answer.status_code == status, answer.text
    return answer.text


def _read_chips(page: str) -> dict[str, dict[str, list[str]]]:
    """By the name of each link that undoes something, what the address behind it asks."""
    links = findall(r'class="undo" href="([^"]*)" aria-label="Without: ([^"]*)"', page)
    return {unescape(name): parse_qs(urlsplit(unescape(link)).query) for link, name in links}


def test_each_operator_is_shown_with_a_way_to_undo_it(harbour: TestClient) -> None:
    chips = _read_chips(_show(harbour, q=ASKED))
    assert chips == {
        "holds “whale oil”": {"q": ["lamp whale oil -ferry lang:en"]},
        "does not hold “ferry”": {"q": ['lamp "whale oil" lang:en']},
        "language English": {"q": ['lamp "whale oil" -ferry']},
    }


def test_the_question_can_be_searched_as_it_was_typed_and_back(harbour: TestClient) -> None:
    page = _show(harbour, q=ASKED)
    assert 'lang%3Aen&amp;syntax=plain">Search for exactly these words as typed</a>' in page
    plain = _show(harbour, q=ASKED, syntax="plain")
    assert _read_chips(plain) == {}
    assert "Searched as typed." in plain and "Read quotation marks" in plain
    assert "as typed" not in _show(harbour, q="lamp -5 light-house")


def test_hits_lead_to_more_and_less_like_them_and_chips_back(harbour: TestClient) -> None:
    page = _show(harbour, q="lamp")
    [more, *_] = findall(r'href="([^"]*)">\+ More like this', page)
    [*_, less] = findall(r'href="([^"]*)">− Less like this', page)
    steered = harbour.get(unescape(more)).text
    [(name, asked)] = _read_chips(steered).items()
    assert name.startswith("more like The keeper of the lighthouse: In winter")
    assert asked == {"q": ["lamp"]}
    assert "take the confidence as an order" in steered
    [passage] = parse_qs(urlsplit(unescape(more)).query)["like"]
    assert f'<input type="hidden" name="like" value="{passage}">' in steered
    assert f'like={passage}">+ More like this' not in steered
    assert next(iter(_read_chips(harbour.get(unescape(less)).text))).startswith("less like ")


def test_what_is_liked_alone_is_a_search_of_its_own(harbour: TestClient) -> None:
    page = _show(harbour, like=["bees <and> honey"])
    assert "may answer" in page
    assert "“bees &lt;and&gt; honey”" in page
    assert search(r"<title>\s*Winnow", page)


def test_a_passage_that_is_gone_is_said_and_can_be_taken_away(harbour: TestClient) -> None:
    page = _show(harbour, 422, q="lamp", like="0123456789abcdef")
    assert "no passage of build" in page
    assert _read_chips(page) == {"more like “0123456789abcdef”": {"q": ["lamp"]}}


def test_a_bad_value_in_the_question_is_said_at_its_field(harbour: TestClient) -> None:
    page = _show(harbour, 422, q="lamp after:foo")
    assert 'id="after-error"' in page
    assert _read_chips(page) == {"from foo": {"q": ["lamp"]}}
    assert "as typed" in _show(harbour, 422, q="lamp lang:en lang:ru")


def test_what_the_question_says_itself_is_not_offered_as_a_filter(harbour: TestClient) -> None:
    asked = "finished by masons"
    assert "<dt>Source</dt>" in _show(harbour, q=f"{asked} lamp wall")
    page = _show(harbour, q=f"{asked} lamp wall source:*.txt")
    assert "<dt>Source</dt>" not in page


def test_a_phrase_that_stands_nowhere_is_said_to(harbour: TestClient) -> None:
    assert "No passage here holds the phrases." in _show(harbour, q='"lamp of granite"')
