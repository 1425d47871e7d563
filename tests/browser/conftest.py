"""A real server over a real index of seeds/, and a real Chromium with scripts switched off."""

import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.encoders import DEFAULT_ENCODER, load_encoder, load_tokenizer
from service.app import create_app
from service.live import Live

SEEDS = Path(__file__).parents[2] / "seeds"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over seeds/, on a port that was free."""
    artifact = Artifact(tmp_path_factory.mktemp("browser") / "index")
    tokenizer = load_tokenizer(DEFAULT_ENCODER)
    build_index([SEEDS], artifact, load_encoder, tokenizer, DEFAULT_ENCODER)
    live = Live(artifact, load_encoder)
    live.open()
    running = uvicorn.Server(
        uvicorn.Config(create_app(live), log_config=None, access_log=False, lifespan="off")
    )
    # The socket listens before the thread starts, so the first request waits instead of failing.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        running.should_exit = True
        thread.join()
    live.close()


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
def context(browser: Browser, server: str) -> Iterator[BrowserContext]:
    """A fresh window of a common size, scripts off."""
    opened = browser.new_context(
        base_url=server, java_script_enabled=False, viewport={"width": 1280, "height": 800}
    )
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
