"""A person with a browser is asked for a key, goes on to what was asked, and can leave again."""

from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from service.access import COOKIE, Access
from service.keys import KeyFile
from tests.browser.accessibility import find_all_violations
from tests.browser.conftest import OpenPage, StartServer, open_window
from tests.browser.pictures import SIZES, take_picture
from tests.browser.serving import publish
from tests.embeddings.building import write_files

pytestmark = pytest.mark.browser

TEXT = "The lighthouse keeper counted nineteen ships in the fog on a Tuesday in March."
ASKED = "/?q=ships+in+the+fog"


@pytest.fixture
def address(start_server: StartServer, tmp_path: Path, keys: KeyFile, secret: str) -> str:
    """A server that asks for keys."""
    folder = write_files(tmp_path / "corpus", {"keeper.txt": TEXT})
    artifact = publish(folder, tmp_path / "index", "hashing")
    return start_server(artifact, access=Access(keys, is_open=False))


def _show_key(page: Page, key: str) -> None:
    expect(page.get_by_label("Your key")).to_be_focused()
    page.keyboard.type(key)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_who_shows_a_key_is_back_at_the_question_and_can_leave(
    open_page: OpenPage, address: str, secret: str, tmp_path: Path, scripts: bool
) -> None:
    page = open_page(address, java_script_enabled=scripts)
    page.goto(ASKED)
    assert page.url.startswith(f"{address}/login?next=")
    _show_key(page, secret)
    expect(page.locator("article.hit mark")).to_contain_text("nineteen ships")
    assert page.url == f"{address}{ASKED}"
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (COOKIE, True, "Lax")
    assert secret not in cookie["value"]
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        take_picture(page, f"logged-in-{size}", tmp_path)
    if scripts:  # axe is one
        assert find_all_violations(page) == []
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A key is needed here.")
    assert page.context.cookies() == []
    page.goto("/about")
    assert page.url == f"{address}/login?next=%2Fabout"


def test_after_its_key_was_revoked_a_browser_is_asked_again(
    open_page: OpenPage, address: str, secret: str, keys: KeyFile
) -> None:
    page = open_page(address)
    page.goto(ASKED)
    _show_key(page, secret)
    expect(page.locator("article.hit")).to_have_count(1)
    keys.revoke("ann")
    page.get_by_role("searchbox").fill("ships in March")
    expect(page.get_by_role("status")).to_have_text("A key is needed here.")
    page.reload()
    assert page.url.startswith(f"{address}/login?next=")
    _show_key(page, keys.add("bob", "search")[1])
    expect(page.locator("article.hit")).to_have_count(1)


def test_another_site_can_log_nobody_out(browser: Browser, address: str, secret: str) -> None:
    with closing(open_window(browser, address)) as window:
        page, other = window.new_page(), window.new_page()
        page.goto("/about")
        _show_key(page, secret)
        leaving = page.get_by_role("button", name="Log out")
        expect(leaving).to_be_visible()
        trap = (
            f'<img src="{address}/logout">'
            f'<form action="{address}/logout" method="post"><button>A prize</button></form>'
        )
        site = "http://other.example/"
        other.route(site, lambda route: route.fulfill(content_type="text/html", body=trap))
        other.goto(site)
        other.get_by_role("button").click()
        expect(other.get_by_role("heading", level=1)).to_have_text("That is not open to you.")
        page.reload()
        expect(leaving).to_be_visible()
