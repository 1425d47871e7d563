"""A list is steered by links alone, and typing on keeps where it leans."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.states import QUESTION

pytestmark = [pytest.mark.browser, pytest.mark.model]


def _read_address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_without_scripts_a_hit_is_liked_and_let_go_again(plain_page: Page) -> None:
    plain_page.goto(f"/?q={quote(QUESTION)}")
    first = plain_page.locator(".hit .open").first.get_attribute("href") or ""
    plain_page.get_by_role("link", name="+ More like this").first.click()
    [liked] = _read_address(plain_page)["like"]
    assert first.endswith(f"#{liked}")
    chips = plain_page.get_by_role("list", name="How this is searched")
    expect(chips.get_by_role("listitem")).to_have_count(1)
    now_first = plain_page.locator(".hit .open").first.get_attribute("href") or ""
    assert not now_first.endswith(f"#{liked}")
    plain_page.get_by_role("link", name="− Less like this").first.click()
    expect(chips.get_by_role("listitem")).to_have_count(2)
    chips.get_by_role("link", name="Without: more like").click()
    chips.get_by_role("link", name="Without: less like").click()
    assert _read_address(plain_page) == {"q": [QUESTION]}
    expect(chips).to_have_count(0)


def test_what_is_typed_is_read_as_it_is_typed_and_leans_on(page: Page) -> None:
    page.goto(f"/?q={quote(QUESTION)}")
    page.get_by_role("link", name="+ More like this").first.click()
    expect(page.locator(".chips li")).to_have_count(1)
    page.get_by_role("searchbox").fill('fighters "Islamic State" -Turkey')
    expect(page.locator(".chips li")).to_have_count(3)
    assert set(_read_address(page)) == {"q", "like"}
    page.get_by_role("link", name="Search for exactly these words as typed").click()
    expect(page.get_by_text("Searched as typed.")).to_be_visible()
    expect(page.locator(".chips li")).to_have_count(1)
