"""A real server over a real index of seeds/, and a real Chromium, with scripts on and off.

`page` runs scripts, `plain_page` does not; `open_page` opens others. Whatever they open is watched:
a console that was written to, and a request that leaves the server, fail the test at its end.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from embeddings.artifact import Artifact
from service.access import Access
from service.keys import KeyFile
from tests.browser.serving import publish, serve
from tests.browser.states import State, find_places, open_state
from tests.browser.watching import Watch

SEEDS = Path(__file__).parents[2] / "seeds"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
_DESKTOP = {"width": 1280, "height": 800}

OpenPage = Callable[..., Page]
Show = Callable[..., Page]


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
        running = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield running
        running.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What this test's windows do, judged at its end: ask for it to `expect` an HTTP error."""
    watch = Watch()
    yield watch
    assert watch.complaints() == []


@pytest.fixture
def open_page(browser: Browser, watch: Watch, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens a page in a window of its own, on the server over seeds/ unless `base_url` names one.

    It takes what Playwright's `new_context` takes.
    """
    with ExitStack() as windows:

        def open_one(base_url: str = "", **options: Any) -> Page:
            address = base_url or request.getfixturevalue("server")
            context = browser.new_context(base_url=address, **{"viewport": _DESKTOP, **options})
            windows.callback(context.close)
            watch.follow(context, address)
            return context.new_page()

        yield open_one


@pytest.fixture
def show(
    open_page: OpenPage, watch: Watch, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Show]:
    """Shows a state in a window of its own; it takes what `open_page` takes.

    A server that asks for keys is one for each test, since it counts the wrong ones.
    """
    with ExitStack() as running:

        def show_one(state: State, **options: Any) -> Page:
            if not state.keyed:
                page = open_page(**options)
                open_state(page, watch, state, find_places(page))
                return page
            keys = KeyFile(tmp_path / "keys.json")
            keys.add("ann", "search")
            # Until a key is shown nothing is opened, so there need be no index.
            serving = serve(Artifact(tmp_path / "none"), access=Access(keys, is_open=False))
            page = open_page(running.enter_context(serving), **options)
            open_state(page, watch, state, {})
            return page

        yield show_one


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A fresh page, scripts on."""
    return open_page()


@pytest.fixture
def plain_page(open_page: OpenPage) -> Page:
    """A fresh page, scripts off."""
    return open_page(java_script_enabled=False)
