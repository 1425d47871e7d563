"""Whether the process is up, whether it can answer, and its own documentation."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from embeddings.index.files import FILES
from service.api.health import Readiness
from service.app import create_app
from service.live import Live
from tests.service.building import build
from tests.service.waiting import run_alone

OPENAPI = Path(__file__).parents[2] / "docs" / "openapi.json"


def _make_client(directory: Path) -> TestClient:
    return TestClient(create_app(Live(Artifact(directory), load_encoder)))


def test_the_process_is_up_without_an_index(tmp_path: Path) -> None:
    response = _make_client(tmp_path / "nothing").get("/healthz")
    assert (response.status_code, response.json()["status"]) == (200, "ok")


def test_not_ready_without_an_index(tmp_path: Path) -> None:
    client = _make_client(tmp_path / "nothing")
    for path in ("/readyz", "/api/search?q=lamp", "/api/info"):
        response = client.get(path)
        assert response.status_code == 503
        error = response.json()["error"]
        assert (error["code"], error["status"]) == ("not_ready", 503)
        assert "winnow build" in error["hint"]


def test_not_ready_over_a_damaged_index_says_what_is_damaged(index: Path, tmp_path: Path) -> None:
    shutil.copytree(index, tmp_path / "copy")
    (damaged,) = tmp_path.glob("copy/builds/*/passages.sqlite")
    damaged.unlink()
    response = _make_client(tmp_path / "copy").get("/readyz")
    assert response.status_code == 503
    assert "passages.sqlite" in response.json()["error"]["message"]


def test_ready_as_soon_as_an_index_is_built(corpus: Path, tmp_path: Path) -> None:
    client = _make_client(tmp_path)
    assert client.get("/readyz").status_code == 503
    manifest = build(corpus, tmp_path)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "build": manifest.build}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("harm", ["gone", "cut short"])
def test_not_ready_while_a_file_of_the_build_in_use_is_gone_or_cut_short(
    index: Path, tmp_path: Path, file: str, harm: str
) -> None:
    shutil.copytree(index, tmp_path / "copy")
    (path,) = tmp_path.glob(f"copy/builds/*/{file}")
    client = _make_client(tmp_path / "copy")
    assert client.get("/readyz").status_code == 200
    aside = path.rename(tmp_path / "aside")
    if harm == "cut short":
        path.write_bytes(aside.read_bytes()[:-1])
    error = client.get("/readyz").json()["error"]
    assert (error["status"], error["code"]) == (503, "index_unavailable")
    assert file in error["message"]
    aside.replace(path)
    assert client.get("/readyz").status_code == 200


def test_many_who_ask_at_once_whether_it_is_ready_cost_one_question() -> None:
    class Counting(Live):
        asked = 0

        def check(self) -> str:
            self.asked += 1
            return "a build"

    async def run() -> list[str]:
        readiness = Readiness(live)
        return await asyncio.gather(*(readiness.ask() for _ in range(8)))

    live = Counting(Artifact(Path()), load_encoder)
    assert run_alone(run) == ["a build"] * 8
    assert live.asked == 1


def test_docs_are_served_from_here_alone(client: TestClient) -> None:
    response = client.get("/docs")
    assert response.status_code == 200
    named = re.findall(r'(?:src|href)="([^"]+)"', response.text)
    assert len(named) >= 2
    for path in named:
        assert path.startswith(("/", "#"))
        assert client.get(path).status_code == 200, path


def test_openapi_names_no_foreign_host(client: TestClient) -> None:
    response = client.get("/openapi.json")
    assert response.status_code == 200
    assert not re.search(r"https?://", response.text)


def test_committed_openapi_is_that_of_the_code(client: TestClient) -> None:
    committed = json.loads(OPENAPI.read_text(encoding="utf-8"))
    assert committed == client.get("/openapi.json").json(), (
        "write it anew: python -m service.reference docs/openapi.json"
    )


def test_openapi_gives_every_error_the_one_body(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert "HTTPValidationError" not in described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    schema = response["content"]["application/json"]["schema"]
                    assert schema["$ref"].endswith("/ErrorResponse"), (path, method, status)
