"""What every test of this folder relies on: that the watch over its windows misses nothing."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import open_window
from tests.browser.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.fixture
def own_watch() -> Watch:
    """A watch whose complaints do not fail the test."""
    return Watch()


@pytest.fixture
def watched(browser: Browser, server: str, own_watch: Watch) -> Iterator[Page]:
    context = open_window(browser, server)
    own_watch.follow(context, server)
    page = context.new_page()
    page.goto("/about")
    yield page
    context.close()


def _log(page: Page) -> None:
    with page.expect_console_message():
        page.evaluate("console.debug('by the way')")


def _throw(page: Page) -> None:
    with page.context.expect_event("weberror"):
        page.evaluate("setTimeout(() => { throw new Error('broken') })")


def _stray(page: Page) -> None:
    page.evaluate("fetch('http://127.0.0.1:9/', {mode: 'no-cors'}).catch(() => null)")


def _miss(page: Page) -> None:
    with page.expect_console_message():
        page.goto("/static/nothing")


@pytest.mark.parametrize(
    ("do", "told"), [(_log, "by the way"), (_throw, "broken"), (_stray, ":9/"), (_miss, "404")]
)
def test_what_a_page_may_not_do_is_complained_of(
    watched: Page, own_watch: Watch, do: Callable[[Page], None], told: str
) -> None:
    assert own_watch.complaints() == []
    do(watched)
    assert told in " ".join(own_watch.complaints())


def test_an_http_error_that_is_expected_is_none(watched: Page, own_watch: Watch) -> None:
    own_watch.expect(404)
    _miss(watched)
    assert own_watch.complaints() == []


def test_an_expected_error_that_does_not_come_is_complained_of(
    watched: Page, own_watch: Watch
) -> None:
    own_watch.expect(404)
    assert len(own_watch.complaints()) == 1


def test_scripts_run_in_a_page_and_not_in_a_plain_one(page: Page, plain_page: Page) -> None:
    counted = "<title>off</title><script>document.title = 'on'</script>"
    for one, title in ((page, "on"), (plain_page, "off")):
        one.route("**/about", lambda route: route.fulfill(body=counted, content_type="text/html"))
        one.goto("/about")
        assert one.title() == title
