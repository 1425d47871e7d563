"""The map in a real browser: what a passage says shows by pointer and by keyboard, no scripts."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.model]

QUESTION = "How many fighters does KIB command?"


def test_a_point_tells_how_its_passage_begins_by_pointer_and_by_keyboard(page: Page) -> None:
    page.goto("/about")
    points = page.locator(".map a")
    for act, point in (("hover", points.nth(3)), ("focus", points.nth(5))):
        said = point.locator("foreignObject")
        expect(said).not_to_be_visible()
        if act == "hover":
            point.locator("circle").hover()
        else:
            points.nth(4).focus()
            page.keyboard.press("Tab")
        expect(said).to_be_visible()
        name = point.get_attribute("aria-label") or ""
        for paragraph in said.locator("p").all_inner_texts():
            assert paragraph in name and len(paragraph) > 5


def test_a_question_asked_at_the_map_lights_its_hits_which_lead_to_their_passages(
    page: Page,
) -> None:
    page.goto("/about")
    page.get_by_label("Light up").fill(QUESTION)
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".map a.lit")).to_have_count(10)
    expect(page.locator("svg.map")).to_be_in_viewport()
    page.get_by_role("link", name="Hit 1, ").click()
    expect(page.locator(":target")).to_contain_text("500 foreign terrorist fighters")


def test_a_keyboard_skips_the_map(page: Page) -> None:
    page.goto("/about")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip the map")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".map a:focus")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_map_and_what_it_says_stay_inside_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/about?q=Taliban")
    drawing = page.locator("svg.map").bounding_box()
    assert drawing is not None and drawing["x"] >= 0
    for point in page.locator(".map a").all()[::9]:
        point.focus()
        texts = point.locator("foreignObject p")
        for box in (point.locator("circle").bounding_box(), texts.last.bounding_box()):
            assert box is not None
            assert drawing["x"] <= box["x"] and box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= drawing["y"] + drawing["height"]
    assert page.locator("html").evaluate("root => root.scrollWidth") <= width
