"""A real server over a real index of seeds/, and a real Chromium, with scripts on and off.

`page` runs scripts, `plain_page` does not; `open_page` opens others. Whatever they open is watched:
a console that was written to, and a request that leaves the server, fail the test at its end. A
test's own server, of `start_server`, ends after its windows: a page asks for more than is shown.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from embeddings.artifact import Artifact
from service.access import Access
from service.keys import KeyFile
from tests.browser.serving import publish, serve
from tests.browser.states import State, find_places, open_state
from tests.browser.watching import Watch
from tests.service.waiting import LONGEST

SEEDS = Path(__file__).parents[2] / "seeds"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
_DESKTOP = {"width": 1280, "height": 800}

_PATIENCE = 1000.0 * LONGEST  # milliseconds, for what a busy machine shows late
expect.set_options(timeout=_PATIENCE)

OpenPage = Callable[..., Page]
Show = Callable[..., Page]
StartServer = Callable[..., str]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over seeds/."""
    with serve(publish(SEEDS, tmp_path_factory.mktemp("browser") / "index")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, or a skip that says what to install."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("needs Chromium: apt install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=_FLAGS, timeout=_PATIENCE)
        yield running
        running.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What this test's windows do, judged at its end: ask for it to `expect` an HTTP error."""
    watch = Watch()
    yield watch
    assert watch.complaints() == []


def open_window(browser: Browser, address: str, **options: Any) -> BrowserContext:
    """A window of its own, to be closed, on a server; it takes what `new_context` takes."""
    window = browser.new_context(base_url=address, **{"viewport": _DESKTOP, **options})
    window.set_default_timeout(_PATIENCE)
    return window


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    """Starts a server for this test alone; it takes what `serve` takes, and gives its address."""
    with ExitStack() as running:
        yield lambda *what, **options: running.enter_context(serve(*what, **options))


@pytest.fixture
def open_page(browser: Browser, watch: Watch, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens a page in a window of its own, on the server over seeds/ unless `base_url` names one.

    It takes what Playwright's `new_context` takes.
    """
    request.getfixturevalue("start_server")  # begun before the windows, so that it ends after them
    with ExitStack() as windows:

        def open_one(base_url: str = "", **options: Any) -> Page:
            address = base_url or request.getfixturevalue("server")
            window = open_window(browser, address, **options)
            windows.callback(window.close)
            watch.follow(window, address)
            return window.new_page()

        yield open_one


@pytest.fixture
def show(
    open_page: OpenPage,
    start_server: StartServer,
    watch: Watch,
    tmp_path: Path,
    no_minute_passes: None,
) -> Show:
    """Shows a state in a window of its own; it takes what `open_page` takes.

    A server that asks for keys is one for each test, since it counts the wrong ones.
    """

    def show_one(state: State, **options: Any) -> Page:
        if not state.keyed:
            page = open_page(**options)
            open_state(page, watch, state, find_places(page))
            return page
        keys = KeyFile(tmp_path / "keys.json")
        keys.add("ann", "search")
        # Until a key is shown nothing is opened, so there need be no index.
        address = start_server(Artifact(tmp_path / "none"), access=Access(keys, is_open=False))
        page = open_page(address, **options)
        open_state(page, watch, state, {})
        return page

    return show_one


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A fresh page, scripts on."""
    return open_page()


@pytest.fixture
def plain_page(open_page: OpenPage) -> Page:
    """A fresh page, scripts off."""
    return open_page(java_script_enabled=False)
