"""What the pages show while the server cannot answer, and what programs are told."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.app import create_app
from service.live import Live
from service.turns import Turns
from tests.service.building import build, write_corpus


@pytest.mark.parametrize("path", ["/", "/?q=ships", "/about", "/documents/x", "/passages/x/cite"])
def test_without_an_index_every_page_says_so_and_how_to_build_one(
    tmp_path: Path, path: str
) -> None:
    with TestClient(create_app(Live(Artifact(tmp_path / "index"), load_encoder))) as client:
        answer = client.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "There is no index to search yet." in answer.text
    assert "winnow build" in answer.text and "data-wait" in answer.text


def test_a_busy_server_says_so_on_the_page_and_to_programs(tmp_path: Path) -> None:
    build(write_corpus(tmp_path / "corpus"), tmp_path / "index")
    with TestClient(
        create_app(Live(Artifact(tmp_path / "index"), load_encoder), turns=Turns(0))
    ) as client:
        page, told = client.get("/?q=ships"), client.get("/api/search?q=ships")
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
    assert page.status_code == told.status_code == 503
    assert "Too many are asking at once." in page.text
    assert told.json()["error"]["code"] == "busy"
    assert page.headers["Retry-After"] == told.headers["Retry-After"]


def test_a_turn_is_given_back_however_a_request_ends(tmp_path: Path) -> None:
    build(write_corpus(tmp_path / "corpus"), tmp_path / "index")
    app = create_app(Live(Artifact(tmp_path / "index"), load_encoder), turns=Turns(1))
    with TestClient(app) as client:
        paths = ("/?q=ships", "/?q=%3F", "/documents/nothing", "/api/search", "/api/info", "/about")
        for path in paths * 2:
            assert client.get(path).status_code in (200, 404, 422), path
