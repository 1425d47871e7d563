"""What scripts add to the pages: search as you type, keys, copying, questions asked before."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.states import QUESTION, UNANSWERED
from tests.browser.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.model]

FIRST = "500 foreign terrorist fighters"


def _ask(page: Page, question: str = QUESTION) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill(question)
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#outcome")).to_be_visible()
    # On a slow machine the answer to what was typed may come before the one that was asked for.
    expect(page.locator("#main")).not_to_have_attribute("aria-busy", "true")


def _asked(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query).get("q", [""])[0]


def test_typing_shows_answers_after_a_pause(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").press_sequentially(QUESTION)
    expect(page.locator("article.hit").first).to_contain_text(FIRST)
    expect(page).to_have_title(f"{QUESTION} · Winnow")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.locator("#said")).to_contain_text("may answer this")
    assert _asked(page) == QUESTION


def test_a_spell_of_typing_is_one_step_of_the_history(page: Page) -> None:
    page.goto("/")
    field = page.get_by_role("searchbox")
    for end in (12, 24, len(QUESTION)):
        field.fill(QUESTION[:end])
        expect(page).to_have_title(f"{QUESTION[:end].strip()} · Winnow")
    page.go_back()
    expect(page.locator("article.hit")).to_have_count(0)
    expect(field).to_have_value("")
    expect(page.get_by_role("heading", level=1)).to_have_text("Winnow")
    page.go_forward()
    expect(page.locator("article.hit").first).to_contain_text(FIRST)
    expect(field).to_have_value(QUESTION)


def test_back_and_forward_go_from_question_to_question(page: Page) -> None:
    _ask(page)
    page.get_by_role("searchbox").fill(UNANSWERED)
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#outcome")).to_have_text("Nothing here answers this.")
    page.go_back()
    expect(page.locator("#outcome")).to_contain_text("may answer this")
    expect(page.get_by_role("searchbox")).to_have_value(QUESTION)
    page.go_forward()
    expect(page.locator("#outcome")).to_have_text("Nothing here answers this.")


def test_a_step_within_a_page_leaves_what_was_typed(page: Page) -> None:
    _ask(page)
    page.get_by_role("searchbox").fill("?")  # too short to be asked as it is typed
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("location.hash = 'main'")
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("?")
    assert not any("?q=" in address for address in asked)


def test_a_page_that_was_typed_is_the_page_of_its_address(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").press_sequentially(QUESTION)
    expect(page).to_have_title(f"{QUESTION} · Winnow")
    shown = page.locator("#found article").all_inner_texts()
    page.reload()
    assert page.locator("#found article").all_inner_texts() == shown


def test_fields_left_empty_stay_out_of_the_address(page: Page) -> None:
    _ask(page)
    assert urlsplit(page.url).query.startswith("q=") and "&" not in urlsplit(page.url).query
    page.get_by_text("Filters and order").click()
    page.get_by_label("Source").fill("*.txt")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"\?q=[^&]*&source=[^&]*$"))
    page.get_by_role("link", name="without *.txt").click()
    expect(page).to_have_url(re.compile(r"\?q=[^&]*$"))


def test_the_counts_of_the_form_are_those_of_the_list_that_is_shown(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_label("Language").locator("option")).to_have_text(["any", "English"])
    page.get_by_role("searchbox").fill(QUESTION)
    answers = re.compile(r"English \(\d+\)")
    expect(page.get_by_label("Language").locator("option").nth(1)).to_have_text(answers)
    expect(page.get_by_label("Language")).to_have_value("")


def test_keys_go_to_the_field_through_the_hits_and_open_one(page: Page) -> None:
    _ask(page)
    page.get_by_role("searchbox").press("ArrowDown")
    links = page.locator("article.hit a.open")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(2)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(":target")).to_contain_text(FIRST)
    page.keyboard.press("n")
    expect(page.get_by_text("passage 2 of")).to_be_visible()
    page.keyboard.press("p")
    expect(page.get_by_text("passage 1 of")).to_be_visible()


def test_the_list_of_keys_opens_and_they_can_be_turned_off(page: Page) -> None:
    _ask(page)
    page.locator("article.hit a.open").first.focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("copy its quote")
    keys.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    expect(keys).not_to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("article.hit a.open").nth(1)).not_to_be_focused()
    page.reload()
    page.get_by_role("button", name="Keys").click()
    expect(keys.get_by_label("Use these keys")).not_to_be_checked()


def test_keys_typed_into_a_field_are_letters(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").press_sequentially("j/k?")
    expect(page.get_by_role("searchbox")).to_have_value("j/k?")
    expect(page.get_by_role("dialog")).not_to_be_visible()


def test_a_quote_is_copied_with_its_citation(open_page: OpenPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    _ask(page)
    page.locator("article.hit a.copy").first.click()
    expect(page.locator("#said")).to_have_text("Quote and citation copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“UN figures place as many as 500")
    assert "uzbek-group-claims-joint-operation.txt, characters" in copied
    page.reload()
    page.locator("article.hit a.open").nth(1).focus()
    page.keyboard.press("c")
    expect(page.locator("#said")).to_have_text("Quote and citation copied.")
    assert page.evaluate("navigator.clipboard.readText()") != copied


def test_where_nothing_can_be_copied_the_quote_is_shown(plain_page: Page) -> None:
    plain_page.goto(f"/?q={QUESTION}")
    plain_page.locator("article.hit a.copy").first.click()
    expect(plain_page.locator("body")).to_contain_text("“UN figures place as many as 500")


def test_questions_asked_before_are_kept_in_the_browser_until_forgotten(page: Page) -> None:
    _ask(page)
    page.goto("/")
    recent = page.get_by_role("region", name="Asked before")
    recent.get_by_role("link", name=QUESTION).click()
    expect(page.locator("article.hit").first).to_contain_text(FIRST)
    assert page.context.cookies() == []
    page.goto("/")
    recent.get_by_role("button", name="Forget these").click()
    page.reload()
    expect(recent).not_to_be_visible()


def test_what_is_only_typed_is_not_kept(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").press_sequentially(QUESTION)
    expect(page.locator("article.hit").first).to_be_visible()
    assert page.evaluate("localStorage.getItem('winnow-asked')") is None


def test_a_question_that_cannot_be_used_is_told_once_it_is_asked(page: Page, watch: Watch) -> None:
    page.goto("/")
    field = page.get_by_role("searchbox")
    field.fill("?!?")
    field.press("Enter")
    watch.expect(422, 422)  # of the script, and of the page that tells
    expect(page.get_by_role("alert")).to_contain_text("has no word in it")
    expect(field).to_have_value("?!?")


def test_a_server_that_went_away_is_told(page: Page, watch: Watch) -> None:
    page.goto("/")
    page.route("**/?q=*", lambda route: route.abort("connectionrefused"))
    watch.said.clear()
    page.get_by_role("searchbox").fill(QUESTION)
    expect(page.locator("#said")).to_have_text("The server does not answer. Is it running?")
    watch.said.clear()
