"""What a page costs to load: few bytes, and one request before it is seen."""

import pytest
from playwright.sync_api import Page, Route

from tests.browser.states import QUESTION
from tests.browser.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.model]

MOST_BYTES = 42_000  # of markup, style and script, uncompressed, the passages' own text aside


def test_ten_hits_weigh_little_beside_their_text(page: Page) -> None:
    asked = {"q": QUESTION}
    hits = page.request.get("/api/search", params=asked).json()["hits"]
    markup, script = page.request.get("/", params=asked), page.request.get("/static/page.js")
    own = sum(len(hit["text"].encode()) for hit in hits)
    assert len(hits) == 10
    assert len(markup.body()) + len(script.body()) - own <= MOST_BYTES


@pytest.mark.parametrize("path", ["/", f"/?q={QUESTION}", "/about"])
def test_the_first_sight_of_a_page_needs_one_request(page: Page, watch: Watch, path: str) -> None:
    def let_pass_the_page_alone(route: Route) -> None:
        if route.request.resource_type == "document":
            route.continue_()
        else:
            route.abort()

    page.route("**/*", let_pass_the_page_alone)
    page.goto(path)
    color = page.evaluate("getComputedStyle(document.querySelector('#ask button')).color")
    assert color == page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page.evaluate("getComputedStyle(document.body).paddingLeft") == "16px"
    assert page.get_by_role("searchbox").first.is_visible()
    blocking = """performance.getEntriesByType("resource").filter(
        entry => entry.renderBlockingStatus === "blocking").map(entry => entry.name)"""
    assert page.evaluate(blocking) == []
    page.close()
    watch.said.clear()  # what was not let pass is written there
