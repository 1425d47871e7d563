"""Every kind of page on a phone, with text at twice its size, on paper, and without motion."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Show
from tests.browser.states import QUESTION, STATES, State, find_places

pytestmark = [pytest.mark.browser, pytest.mark.model]

EVERY_STATE = pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)

# What sticks out of the window to the right, or is cut off at its left edge, unless an ancestor of
# it scrolls by itself or ends it with an ellipsis; first of all the page as a whole.
_STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth
    const scrolls = element => element && (
        /auto|scroll/.test(getComputedStyle(element).overflowX)
        || getComputedStyle(element).textOverflow === "ellipsis"
        || scrolls(element.parentElement))
    const sticksOut = element => {
        const box = element.getBoundingClientRect()
        return box.width > 1 && (box.right > width + 1 || (box.left < -1 && box.right > 0))
            && !scrolls(element.parentElement)
    }
    const found = document.documentElement.scrollWidth > width ? ["the page"] : []
    return found.concat([...document.querySelectorAll("body *")].filter(sticksOut).map(
        element => element.cloneNode(false).outerHTML))
}"""

# Elements and their parts that would move: CSS with a duration, and whatever runs already.
_MOVING = """() => {
    const lasts = value => value.split(", ").some(one => parseFloat(one) > 0.001)
    const moves = style => style.animationName !== "none" && lasts(style.animationDuration)
        || style.transitionProperty !== "none" && lasts(style.transitionDuration)
        || style.scrollBehavior === "smooth"
    const found = [...document.querySelectorAll("*")].filter(element =>
        [null, "::before", "::after"].some(part => moves(getComputedStyle(element, part))))
    return found.map(element => element.cloneNode(false).outerHTML)
        .concat(document.getAnimations().map(() => "an animation"))
}"""


@EVERY_STATE
def test_a_window_320_pixels_wide_needs_no_sideways_scrolling(show: Show, state: State) -> None:
    page = show(state, viewport={"width": 320, "height": 640})
    assert page.evaluate(_STICKING_OUT) == []


@EVERY_STATE
def test_text_at_twice_its_size_needs_no_sideways_scrolling(show: Show, state: State) -> None:
    """The root's font is doubled, as a browser's setting does, in half of a common window."""
    page = show(state, viewport={"width": 640, "height": 800})
    usual = _find_sizes(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert _find_sizes(page) == [pytest.approx(2 * size, abs=0.1) for size in usual]
    assert page.evaluate(_STICKING_OUT) == []


def _find_sizes(page: Page) -> list[float]:
    """The font sizes of all that holds text."""
    return page.evaluate("""() => [...document.querySelectorAll("body *")]
        .filter(element => [...element.childNodes].some(
            node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
        .map(element => parseFloat(getComputedStyle(element).fontSize))""")


@EVERY_STATE
def test_nothing_moves_where_less_motion_is_asked_for(show: Show, state: State) -> None:
    page = show(state, reduced_motion="reduce")
    assert page.evaluate(_MOVING) == []


@EVERY_STATE
def test_paper_shows_neither_navigation_nor_form(show: Show, state: State) -> None:
    page = show(state)
    page.emulate_media(media="print")
    for role in ("navigation", "search", "button"):
        assert page.get_by_role(role).count() == 0, role


@pytest.mark.parametrize("address", [f"/?q={QUESTION}", "/documents/{document_id}"])
def test_paper_shows_the_text(page: Page, address: str) -> None:
    page.goto(address.format_map(find_places(page)))
    page.emulate_media(media="print")
    shown = " ".join(page.locator("main").inner_text().split())
    assert "500 foreign terrorist fighters" in shown
    assert "uzbek-group-claims-joint-operation.txt" in shown
