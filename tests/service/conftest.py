"""One small index for all tests that only read, and a client of the API over it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.app import create_app
from service.live import Live
from tests.service.building import build, write_corpus

Search = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    """The folder of an index of the corpus; a test that changes it copies it first."""
    directory = tmp_path_factory.mktemp("index")
    build(corpus, directory)
    return directory


@pytest.fixture(scope="session")
def client(index: Path) -> Iterator[TestClient]:
    live = Live(Artifact(index), load_encoder)
    # One's own machine may ask as often as it likes.
    with TestClient(create_app(live), client=("127.0.0.1", 50000)) as client:
        yield client
    live.close()


@pytest.fixture(scope="session")
def search(client: TestClient) -> Search:
    """Ask by GET and give the answer back, which must be one."""

    def ask(q: str, **fields: object) -> dict[str, Any]:
        response = client.get("/api/search", params={"q": q, **fields})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    return ask


@pytest.fixture(scope="session")
def thresholds(client: TestClient) -> dict[str, float]:
    """The confidence from which a hit is an answer."""
    found: dict[str, float] = client.get("/api/info").json()["confidence"]["thresholds"]
    return found


@pytest.fixture(scope="session")
def weights(client: TestClient) -> dict[str, float]:
    """The weight of each signal in the score."""
    found: dict[str, float] = client.get("/api/info").json()["weights"]
    return found
