"""A client of the pages over the small messy corpus of the service's tests."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.app import create_app
from service.live import Live
from tests.service.building import build, write_corpus


@pytest.fixture(scope="session")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("harbour")
    build(write_corpus(folder / "corpus"), folder / "index")
    live = Live(Artifact(folder / "index"), load_encoder)
    # One's own machine may ask as often as it likes.
    with TestClient(create_app(live), client=("127.0.0.1", 50000)) as client:
        yield client
    live.close()
