"""Documents and questions that try to run, to lead elsewhere, to turn the page around: scripts on.

What they hold is shown as the text that it is.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.hostile import (
    ADDRESS,
    ATTRIBUTE,
    FORMULA,
    IMAGE,
    OVERRIDE,
    PRODUCT,
    SCRIPT,
    TEMPLATE,
    TRIED,
    write_hostile,
)
from tests.browser.serving import publish, serve
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

ALL = f"{SCRIPT}{IMAGE}{TEMPLATE}{OVERRIDE}"
BEYOND = [
    "/{}",
    "/documents/{}",
    "/passages/{}",
    "/api/passages/{}",
    "/about?offset={}",
    "/?q=harbour&offset={}",
    "/api/search?k={}",
    "/docs/{}",
]

# Elements that documents were to make, or links that lead to what is no web page.
_MADE = """() => [...document.querySelectorAll("*")].filter(element =>
        [...element.attributes].some(attribute => attribute.name.startsWith("on"))
        || element.matches("main script, img[src='x']")
        || ["href", "action", "formAction", "src"].some(name => element.getAttribute(name) &&
            !["http:", "https:"].includes(new URL(element[name], location).protocol))
    ).map(element => element.outerHTML)"""

# Texts of the page itself whose Latin letters do not run from left to right. A document's words
# stand in an element with a direction, or in bdi: those may turn around by themselves.
_TURNED = r"""() => {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const place = (node, index) => {
        const range = document.createRange()
        range.setStart(node, index)
        range.setEnd(node, index + 1)
        return range.getBoundingClientRect()
    }
    while (walker.nextNode()) {
        const node = walker.currentNode
        if (node.parentElement.closest("body [dir], bdi")) continue
        for (const match of node.data.matchAll(/[a-z](?=[a-z])/gi)) {
            const [one, next] = [place(node, match.index), place(node, match.index + 1)]
            if (one.width && Math.abs(one.top - next.top) < 2 && next.left < one.left) {
                found.push(node.data.trim())
                break
            }
        }
    }
    return found
}"""

# Texts with a character that turns what follows, in no element that keeps the turn to itself.
_NOT_ISOLATED = r"""() => {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const isolates = element => element && element !== document.body && (
        /isolate|plaintext/.test(getComputedStyle(element).unicodeBidi)
        || isolates(element.parentElement))
    while (walker.nextNode()) {
        const node = walker.currentNode
        if (/[\u202a-\u202e\u2066-\u2069]/.test(node.data) && !isolates(node.parentElement))
            found.push(node.data)
    }
    return found
}"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the hostile documents."""
    folder = tmp_path_factory.mktemp("hostile")
    with serve(publish(write_hostile(folder / "corpus"), folder / "index", "hashing")) as address:
        yield address


@pytest.fixture
def hostile_page(open_page: OpenPage, hostile: str) -> Page:
    return open_page(base_url=hostile)


def _visit(page: Page, address: str, status: int = 200) -> str:
    """Open a page with all its parts and see that nothing came true; its visible text."""
    answer = page.goto(address)
    assert answer is not None and answer.status == status, address
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    assert page.evaluate("window.pwned") is None, address
    assert page.evaluate(_MADE) == [], address
    assert page.evaluate(_TURNED) == [], address
    assert page.evaluate(_NOT_ISOLATED) == [], address
    shown = page.locator("body").inner_text()
    assert PRODUCT not in shown, address
    return shown


def _list_documents(page: Page) -> list[dict[str, Any]]:
    return page.request.get("/api/documents?limit=100").json()["documents"]


def test_a_query_is_shown_as_it_was_asked(hostile_page: Page) -> None:
    for query in (*TRIED, f"harbour {ALL}"):
        _visit(hostile_page, f"/?q={quote(query)}")
        assert hostile_page.get_by_role("searchbox").input_value() == query


def test_a_query_that_is_refused_is_shown_as_it_was_asked(hostile_page: Page, watch: Watch) -> None:
    watch.expect(422)
    query = f"{ALL}{'x' * 3000}"
    _visit(hostile_page, f"/?q={quote(query)}", 422)
    assert hostile_page.get_by_role("searchbox").input_value() == query


@pytest.mark.parametrize(
    "tried",
    [SCRIPT, IMAGE, ADDRESS, ATTRIBUTE, TEMPLATE, FORMULA],
    ids=["script", "image", "address", "attribute", "template", "formula"],
)
def test_hits_show_titles_and_texts_as_they_are(hostile_page: Page, tried: str) -> None:
    shown = _visit(hostile_page, f"/?q={quote(f'The row of {tried} ends here')}")
    assert f"{tried} of the harbour" in shown
    assert f"The row of {tried} ends here." in shown


@pytest.mark.parametrize(("source", "word"), [("persian.txt", "بندر"), ("hebrew.txt", "הנמל")])
def test_right_to_left_passages_run_so_inside_a_left_to_right_page(
    hostile_page: Page, source: str, word: str
) -> None:
    hostile_page.goto(f"/?q={quote(word)}")
    hit = hostile_page.locator("article.hit", has_text=source).first
    expect(hit.locator("blockquote")).to_have_css("direction", "rtl")
    expect(hit.locator(".where")).to_have_css("direction", "ltr")
    hit.locator("a.open").click()
    expect(hostile_page.locator(":target .text")).to_have_css("direction", "rtl")
    expect(hostile_page.locator("main")).to_have_css("direction", "ltr")


def test_a_query_that_nothing_answers_shows_the_nearest_as_they_are(hostile_page: Page) -> None:
    shown = _visit(hostile_page, f"/?q={quote('zzz <b>qqq</b> {{ 7*7 }}')}")
    assert "Nothing here answers this." in shown


def test_documents_are_shown_as_they_are(hostile_page: Page) -> None:
    documents = _list_documents(hostile_page)
    assert len(documents) > 15
    for document in documents:
        whole = hostile_page.request.get(f"/api/documents/{document['document_id']}").json()
        address = f"/documents/{document['document_id']}?q={quote(SCRIPT + OVERRIDE)}"
        shown = _visit(hostile_page, address)
        for text in (document["title"], document["source"], *whole["text"].splitlines()):
            assert _squeeze(text) in _squeeze(shown)


def test_the_short_address_of_a_passage_leads_to_it(hostile_page: Page) -> None:
    for document in _list_documents(hostile_page):
        whole = hostile_page.request.get(f"/api/documents/{document['document_id']}").json()
        passage = whole["passages"][-1]
        _visit(hostile_page, f"/passages/{passage['passage_id']}?q={quote(IMAGE)}")
        assert _squeeze(passage["text"]) in _squeeze(hostile_page.locator(":target").inner_text())


def test_the_about_page_lists_what_there_is_as_it_is(hostile_page: Page) -> None:
    shown = _visit(hostile_page, "/about")
    for document in _list_documents(hostile_page):
        assert _squeeze(document["title"]) in _squeeze(shown)
        assert _squeeze(document["source"]) in _squeeze(shown)
    assert "empty <b>bold.txt" in shown


@pytest.mark.parametrize("page", ["cite", "similar"])
def test_what_is_cited_or_alike_is_shown_as_it_is(hostile_page: Page, page: str) -> None:
    for document in _list_documents(hostile_page):
        whole = hostile_page.request.get(f"/api/documents/{document['document_id']}").json()
        passage = whole["passages"][0]
        shown = _visit(hostile_page, f"/passages/{passage['passage_id']}/{page}")
        assert _squeeze(passage["text"]) in _squeeze(shown)


@pytest.mark.parametrize("format", ["csv", "json", "markdown", "bibtex", "text", "csl-json"])
def test_a_list_that_is_saved_is_no_page(hostile_page: Page, format: str) -> None:
    saved = hostile_page.request.get(f"/api/search/export?q={quote(SCRIPT)}&format={format}")
    assert saved.ok and "html" not in saved.headers["content-type"]
    assert saved.headers["content-disposition"].startswith("attachment")
    assert saved.headers["x-content-type-options"] == "nosniff"


def test_answers_typed_for_are_shown_as_they_are(hostile_page: Page) -> None:
    for tried in (SCRIPT, IMAGE, TEMPLATE, OVERRIDE):
        hostile_page.goto("/")
        hostile_page.get_by_role("searchbox").fill(f"The row of {tried} ends here")
        expect(hostile_page.locator("article.hit").first).to_be_visible()
        assert hostile_page.evaluate("window.pwned") is None
        assert hostile_page.evaluate(_MADE) == []
        assert PRODUCT not in hostile_page.locator("body").inner_text()
        hostile_page.keyboard.press("Enter")
        expect(hostile_page.locator("#main")).not_to_have_attribute("aria-busy", "true")
        hostile_page.goto("/")
        expect(hostile_page.locator("#recent a").first).to_contain_text("The row of")
        assert hostile_page.evaluate(_MADE) == []


@pytest.mark.parametrize("address", BEYOND)
def test_an_address_that_leads_nowhere_is_told_without_harm(
    hostile_page: Page, watch: Watch, address: str
) -> None:
    path = address.format(quote(ALL, safe=""))
    status = hostile_page.request.get(path).status
    assert status in (404, 422)
    watch.expect(status)
    _visit(hostile_page, path, status)


@pytest.mark.parametrize("format", ["text", "markdown", "bibtex", "csl-json"])
def test_a_quotation_is_no_page(hostile_page: Page, format: str) -> None:
    found = hostile_page.request.get(f"/api/search?k=1&q={quote(SCRIPT)}").json()
    quoted = hostile_page.request.get(
        f"/api/passages/{found['hits'][0]['passage_id']}/quote?format={format}"
    )
    assert SCRIPT in found["hits"][0]["text"]
    assert quoted.ok and "html" not in quoted.headers["content-type"]


def _squeeze(text: str) -> str:
    return " ".join(text.split())
