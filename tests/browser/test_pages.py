"""What a person sees and does: asks, reads the marked sentence, opens the document, is refused."""

import os
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.model]

QUESTION = "How many fighters does KIB command?"


def _ask(page: Page, question: str) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill(question)
    page.get_by_role("button", name="Search").click()


def test_a_question_shows_the_passage_its_source_and_the_marked_sentence(page: Page) -> None:
    _ask(page, QUESTION)
    first = page.locator("article.hit").first
    expect(first.locator("mark")).to_contain_text("as many as 500 foreign terrorist fighters")
    expect(first).to_contain_text("uzbek-group-claims-joint-operation.txt")
    expect(first.locator("mark b", has_text="fighters")).to_be_visible()
    expect(page).to_have_title(f"{QUESTION} · Winnow")
    if path := os.environ.get("WINNOW_SCREENSHOT"):
        page.screenshot(path=path)


def test_a_question_that_nothing_answers_is_refused_plainly(page: Page) -> None:
    _ask(page, "What is the best recipe for plov?")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here answers this.")
    expect(page.get_by_role("heading", name="The nearest passages")).to_be_visible()
    expect(page.locator("article.hit mark").first).to_be_visible()


def test_a_hit_leads_to_its_passage_in_its_document(page: Page) -> None:
    _ask(page, QUESTION)
    page.locator("article.hit h2 a").first.click()
    target = page.locator(":target")
    expect(target).to_contain_text("500 foreign terrorist fighters")
    expect(target).to_be_in_viewport()
    page.get_by_role("link", name="Back to the passages").click()
    expect(page.get_by_role("searchbox")).to_have_value(QUESTION)


def test_a_repeat_is_listed_once_and_leads_to_its_other_place(page: Page) -> None:
    _ask(page, QUESTION)
    also = page.locator("article.hit").first.locator("details", has_text="Also in")
    also.locator("summary").click()
    also.get_by_role("link").click()
    expect(page.locator(":target")).to_contain_text("500 foreign terrorist fighters")


def test_why_a_passage_is_found_opens_beside_it(page: Page) -> None:
    _ask(page, QUESTION)
    why = page.locator("article.hit").first.locator("details", has_text="Why")
    expect(why.get_by_role("listitem").first).not_to_be_visible()
    why.locator("summary").click()
    expect(why).to_contain_text("In meaning")
    expect(why).to_contain_text("of what the question's words tell")


def test_the_marked_sentence_is_cited_from_its_hit(page: Page) -> None:
    _ask(page, QUESTION)
    cite = page.locator("article.hit").first.locator("details", has_text="Cite")
    cite.locator("summary").click()
    cite.get_by_role("listitem").filter(has_text="sentence").get_by_role("link").first.click()
    expect(page.locator("body")).to_contain_text("under KIB’s command.”")
    expect(page.locator("body")).to_contain_text(
        "uzbek-group-claims-joint-operation.txt, characters"
    )


def test_what_was_set_aside_is_folded_with_its_reason(page: Page) -> None:
    _ask(page, QUESTION)
    page.locator("article.hit h2 a").first.click()
    aside = page.locator("details", has_text="caption in another script").first
    aside.locator("summary").click()
    expect(aside.get_by_text("Jump to content")).to_be_visible()


def test_markup_in_a_question_is_shown_as_text(page: Page) -> None:
    _ask(page, "<script>alert(1)</script> KIB")
    expect(page.get_by_role("searchbox")).to_have_value("<script>alert(1)</script> KIB")
    assert page.locator("main script").count() == 0


@pytest.mark.parametrize("question", ["???", "x" * 3000])
def test_a_question_that_cannot_be_used_is_told_at_the_field(page: Page, question: str) -> None:
    page.goto(f"/?q={question}")
    expect(page.get_by_role("alert")).to_contain_text("query")
    expect(page.get_by_role("searchbox")).to_have_value(question)


def test_a_question_in_an_unknown_language_gets_a_notice(page: Page) -> None:
    _ask(page, "Сколько боевиков воюет в Афганистане на стороне талибов?")
    expect(page.get_by_role("note")).to_contain_text("language")


def test_an_unknown_document_is_an_error_page(page: Page) -> None:
    answer = page.goto("/documents/nothing")
    assert answer is not None and answer.status == 404
    expect(page.locator("main")).to_contain_text("not_found")


@pytest.mark.parametrize("path", ["/", f"/?q={quote(QUESTION)}", "/about", "/docs"])
def test_no_request_leaves_the_server(
    context: BrowserContext, page: Page, server: str, path: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path, wait_until="networkidle")
    assert asked and all(url.startswith((server, "data:")) for url in asked)


@pytest.mark.parametrize("path", ["/", f"/?q={quote(QUESTION)}", "/about"])
def test_a_narrow_window_needs_no_sideways_scrolling(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(path)
    assert page.locator("html").evaluate("root => root.scrollWidth") <= 320


def test_the_about_page_says_what_is_indexed_and_what_was_left_out(page: Page) -> None:
    page.goto("/about")
    main = page.locator("main")
    expect(main).to_contain_text("all-MiniLM-L6-v2")
    expect(main).to_contain_text("SOURCES.md")
    page.get_by_role("link", name="Two Uzbek factions").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Two Uzbek factions")
