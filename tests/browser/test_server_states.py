"""The pages while there is no index, too much to do, a new index under way, or an answer."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from embeddings.artifact import Artifact
from service.turns import Turns
from tests.browser.accessibility import find_all_violations
from tests.browser.conftest import OpenPage, StartServer
from tests.browser.pictures import SIZES, take_picture
from tests.browser.serving import ask_until_served, publish
from tests.browser.watching import Watch
from tests.embeddings.building import write_files

pytestmark = pytest.mark.browser

TEXT = "The lighthouse keeper counted nineteen ships in the fog on a Tuesday in March."


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    folder = write_files(tmp_path / "corpus", {"keeper.txt": TEXT})
    return publish(folder, tmp_path / "index", "hashing")


def _look(page: Page, name: str, otherwise: Path) -> None:
    """Nothing wrong with the page for anyone, and a picture of it in both sizes."""
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        assert take_picture(page, f"{name}-{size}", otherwise) > 30
    found = find_all_violations(page)
    assert not found, "\n".join(found)


def test_without_an_index_the_page_waits_and_comes_by_itself_once_there_is_one(
    open_page: OpenPage, start_server: StartServer, watch: Watch, tmp_path: Path
) -> None:
    empty = Artifact(tmp_path / "index")
    address = start_server(empty)
    page = open_page(base_url=address)
    page.clock.install()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no index to search yet.")
    expect(page.get_by_text("winnow build")).to_be_visible()
    _look(page, "no-index", tmp_path)
    publish(write_files(tmp_path / "c", {"a.txt": TEXT}), tmp_path / "index", "hashing")
    page.clock.run_for(4000)
    expect(page.get_by_text("1 document and 1 passage are indexed.")).to_be_visible()
    watch.expected[503] = watch.refused[503]  # as often as the page asked in vain


def test_a_busy_server_says_so(
    open_page: OpenPage, start_server: StartServer, watch: Watch, artifact: Artifact, tmp_path: Path
) -> None:
    address = start_server(artifact, turns=Turns(0))
    page = open_page(base_url=address, java_script_enabled=False)
    watch.expect(503)
    answer = page.goto("/?q=ships")
    assert answer is not None and int(answer.headers["retry-after"]) > 0
    expect(page.get_by_role("heading", level=1)).to_have_text("Too many are asking at once.")
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    expect(page.get_by_text("Error 503, busy.")).to_be_visible()
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        assert take_picture(page, f"busy-{size}", tmp_path) > 30


def test_an_index_that_is_being_replaced_answers_and_says_so(
    open_page: OpenPage, start_server: StartServer, artifact: Artifact, tmp_path: Path
) -> None:
    address = start_server(artifact)
    with artifact.writer() as writer:
        writer.begin()
        page = open_page(base_url=address)
        page.goto("/?q=How many ships did the keeper count?")
        expect(page.get_by_role("note").first).to_contain_text("A new index is being built")
        expect(page.locator("article.hit mark")).to_contain_text("nineteen ships")
        _look(page, "being-replaced", tmp_path)


def test_while_an_answer_is_under_way_the_page_says_so(
    open_page: OpenPage, start_server: StartServer, artifact: Artifact, tmp_path: Path
) -> None:
    address = start_server(artifact)
    page = open_page(base_url=address)
    page.goto("/")
    waiting: list[Route] = []
    page.route("**/?q=*", lambda route: waiting.append(route))
    page.get_by_role("searchbox").fill("ships in the fog")
    expect(page.locator("#main")).to_have_attribute("aria-busy", "true")
    _look(page, "loading", tmp_path)
    waiting[0].continue_()
    expect(page.locator("article.hit")).to_have_count(1)
    expect(page.locator("#main")).not_to_have_attribute("aria-busy", "true")


def test_a_newer_index_is_told_when_the_page_is_looked_at_again(
    open_page: OpenPage, start_server: StartServer, artifact: Artifact, tmp_path: Path
) -> None:
    address = start_server(artifact)
    page = open_page(base_url=address)
    page.goto("/?q=ships")
    write_files(tmp_path / "corpus", {"more.txt": "A storm broke eleven masts."})
    newer = publish(tmp_path / "corpus", tmp_path / "index", "hashing")
    ask_until_served(address, newer.live_id())
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("status")).to_contain_text("A newer index answers now.")
