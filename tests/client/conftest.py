"""The client as its users have it: installed from its wheel, asking a server's own process."""

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.browser.serving import publish
from tests.client.asking import Asker
from tests.reliability.served import serving

ROOT = Path(__file__).parents[2]

Connect = Callable[..., Asker]
Fetch = Callable[..., Any]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, so that nothing is left beside the sources."""
    folder = tmp_path_factory.mktemp("client")
    made = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    copy = shutil.copytree(ROOT / "client", folder / "source", ignore=made)
    _run("build", "--wheel", "--no-isolation", "--outdir", folder, copy)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing in it but what the wheel holds, as pip installs it."""
    folder = tmp_path_factory.mktemp("installed")
    _run("pip", "install", "--no-deps", "--no-index", "--no-compile", "--target", folder, wheel)
    return folder


@pytest.fixture(scope="session")
def library(installed: Path) -> Iterator[Any]:
    """The module winnow_client, out of that folder."""
    sys.path.insert(0, str(installed))
    module = importlib.import_module("winnow_client")
    assert module.__file__ and Path(module.__file__).is_relative_to(installed)
    yield module
    sys.path.remove(str(installed))


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server, a process of its own, answers over seeds/."""
    folder = tmp_path_factory.mktemp("served")
    publish(ROOT / "seeds", folder / "index")
    with serving(folder / "index", folder / "log.txt", 1) as served:
        yield served.address


@pytest.fixture(params=["Client", "AsyncClient"])
def connect(request: pytest.FixtureRequest, library: Any, no_key_set: None) -> Connect:
    """Makes a client of either kind, which is asked in the same way."""
    return lambda where, **options: Asker(library, request.param, where, options)


@pytest.fixture
def client(connect: Connect, address: str) -> Asker:
    return connect(address)


@pytest.fixture
def fetch(address: str) -> Fetch:
    """The JSON of an address of the API, as the server sends it; a body is sent by POST."""

    def ask(path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        asked = Request(address + path, data, {"Content-Type": "application/json"} if data else {})
        with urlopen(asked, timeout=60) as answer:
            return json.load(answer)

    return ask


@pytest.fixture
def no_key_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINNOW_KEY", raising=False)


def _run(module: str, *arguments: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
