"""What a person sees and does: asks, reads the marked sentence, opens the document, is refused."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.states import QUESTION, UNANSWERED
from tests.browser.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.model]


def _ask(page: Page, question: str) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill(question)
    page.get_by_role("button", name="Search").click()


def test_a_question_shows_the_passage_its_source_and_the_marked_sentence(plain_page: Page) -> None:
    _ask(plain_page, QUESTION)
    first = plain_page.locator("article.hit").first
    expect(first.locator("mark")).to_contain_text("as many as 500 foreign terrorist fighters")
    expect(first).to_contain_text("uzbek-group-claims-joint-operation.txt")
    expect(first.locator("mark b", has_text="fighters")).to_be_visible()
    expect(plain_page).to_have_title(f"{QUESTION} · Winnow")


def test_a_question_that_nothing_answers_is_refused_plainly(plain_page: Page) -> None:
    _ask(plain_page, UNANSWERED)
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Nothing here answers this.")
    expect(plain_page.get_by_role("heading", name="The nearest passages")).to_be_visible()
    expect(plain_page.locator("article.hit mark").first).to_be_visible()


def test_a_hit_leads_to_its_passage_in_its_document(plain_page: Page) -> None:
    _ask(plain_page, QUESTION)
    plain_page.locator("article.hit h2 a").first.click()
    target = plain_page.locator(":target")
    expect(target).to_contain_text("500 foreign terrorist fighters")
    expect(target).to_be_in_viewport()
    plain_page.get_by_role("link", name="Back to the passages").click()
    expect(plain_page.get_by_role("searchbox")).to_have_value(QUESTION)


def test_a_repeat_is_listed_once_and_leads_to_its_other_place(plain_page: Page) -> None:
    _ask(plain_page, QUESTION)
    also = plain_page.locator("article.hit").first.locator("details", has_text="Also in")
    also.locator("summary").click()
    also.get_by_role("link").click()
    expect(plain_page.locator(":target")).to_contain_text("500 foreign terrorist fighters")


def test_why_a_passage_is_found_opens_beside_it(plain_page: Page) -> None:
    _ask(plain_page, QUESTION)
    why = plain_page.locator("article.hit").first.locator("details", has_text="Why")
    expect(why.get_by_role("listitem").first).not_to_be_visible()
    why.locator("summary").click()
    expect(why).to_contain_text("In meaning")
    expect(why).to_contain_text("of what the question's words tell")


def test_the_marked_sentence_is_cited_from_its_hit(plain_page: Page) -> None:
    _ask(plain_page, QUESTION)
    plain_page.locator("article.hit").first.get_by_role("link", name="Cite").click()
    sentence = plain_page.get_by_role("region", name="The marked sentence")
    expect(sentence).to_contain_text("under KIB’s command.”")
    expect(sentence).to_contain_text("uzbek-group-claims-joint-operation.txt, characters")
    expect(sentence).to_contain_text("@misc{winnow-")


def test_what_was_set_aside_is_folded_with_its_reason(plain_page: Page) -> None:
    _ask(plain_page, QUESTION)
    plain_page.locator("article.hit h2 a").first.click()
    aside = plain_page.locator("details", has_text="caption in another script").first
    aside.locator("summary").click()
    expect(aside.get_by_text("Jump to content")).to_be_visible()


def test_markup_in_a_question_is_shown_as_text(plain_page: Page) -> None:
    _ask(plain_page, "<script>alert(1)</script> KIB")
    expect(plain_page.get_by_role("searchbox")).to_have_value("<script>alert(1)</script> KIB")
    assert plain_page.locator("main script").count() == 0


@pytest.mark.parametrize("question", ["???", "x" * 3000])
def test_a_question_that_cannot_be_used_is_told_at_the_field(
    plain_page: Page, watch: Watch, question: str
) -> None:
    watch.expect(422)
    plain_page.goto(f"/?q={question}")
    expect(plain_page.get_by_role("alert")).to_contain_text("query")
    expect(plain_page.get_by_role("searchbox")).to_have_value(question)


def test_a_question_in_an_unknown_language_gets_a_notice(plain_page: Page) -> None:
    _ask(plain_page, "Сколько боевиков воюет в Афганистане на стороне талибов?")
    expect(plain_page.get_by_role("note")).to_contain_text("language")


def test_an_unknown_document_is_an_error_page(plain_page: Page, watch: Watch) -> None:
    watch.expect(404)
    answer = plain_page.goto("/documents/nothing")
    assert answer is not None and answer.status == 404
    expect(plain_page.locator("main")).to_contain_text("not_found")


def test_the_api_documentation_needs_nothing_from_elsewhere(page: Page) -> None:
    page.goto("/docs")
    expect(page.get_by_role("heading", level=1)).to_have_text("The HTTP API")
    page.wait_for_load_state("networkidle")


def test_the_about_page_says_what_is_indexed_and_what_was_left_out(plain_page: Page) -> None:
    plain_page.goto("/about")
    main = plain_page.locator("main")
    expect(main).to_contain_text("all-MiniLM-L6-v2")
    expect(main).to_contain_text("SOURCES.md")
    plain_page.locator(".documents").get_by_role("link", name="Two Uzbek factions").click()
    expect(plain_page.get_by_role("heading", level=1)).to_contain_text("Two Uzbek factions")
