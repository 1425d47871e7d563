"""What Prometheus is told: counts by route template, stages, refusals, the build."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.api.errors import WHEN
from service.app import create_app
from service.limits import Limits
from service.live import Live
from service.turns import Turns

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def watched(index: Path) -> Iterator[TestClient]:
    live = Live(Artifact(index), load_encoder)
    with TestClient(create_app(live, Limits(max_body=1000))) as client:
        yield client
    live.close()


def _read(client: TestClient) -> Samples:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(response.text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def _get(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0)


def _count(client: TestClient, route: str, status: str, method: str = "GET") -> float:
    named = {"route": route, "method": method, "status": status}
    return _get(_read(client), "winnow_requests_total", **named)


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/api/search?q=ships", "/api/search", "200"),
        ("/?q=ships", "/", "200"),
        ("/api/documents/nothing", "/api/documents/{document_id}", "404"),
        ("/documents/nothing", "/documents/{document_id}", "404"),
        ("/static/page.js", "/static", "200"),
        ("/static/none.js", "/static", "404"),
        ("/docs", "/docs", "200"),
        ("/healthz", "/healthz", "200"),
        ("/no/such/address", "none", "404"),
        ("/api/search", "/api/search", "422"),
    ],
)
def test_a_request_is_counted_by_the_template_of_its_route(
    watched: TestClient, path: str, route: str, status: str
) -> None:
    assert str(watched.get(path).status_code) == status
    samples = _read(watched)
    named = {"route": route, "method": "GET"}
    assert _get(samples, "winnow_requests_total", **named, status=status) == 1
    assert _get(samples, "winnow_request_seconds_count", **named) == 1


def test_labels_hold_nothing_that_an_asker_chose(watched: TestClient) -> None:
    watched.get("/unheardof")
    watched.get("/api/passages/unheardof")
    watched.get("/?q=unheardof")
    watched.request("UNHEARDOF", "/about")
    told = watched.get("/metrics").text
    assert "unheardof" not in told.lower()
    assert 'method="other"' in told


def test_searches_are_counted_by_whether_anything_answered_and_timed_by_stage(
    watched: TestClient,
) -> None:
    before = _read(watched)
    asked = [{"q": "How many ships did the lighthouse keeper count in the fog?"}, {"q": "xyzzy"}]
    answers = watched.post("/api/search/batch", json={"queries": asked}).json()["results"]
    samples = _read(watched)
    for answered in (True, False):
        expected = sum(one["answered"] is answered for one in answers)
        name = str(answered).lower()
        assert _get(samples, "winnow_searches_total", answered=name) == expected
    for stage in ("encode", "search", "rerank"):
        assert _get(before, "winnow_stage_seconds_count", stage=stage) == 0
        assert _get(samples, "winnow_stage_seconds_count", stage=stage) == 2
    total = sum(one["took_ms"]["encode"] for one in answers) / 1000
    assert _get(samples, "winnow_stage_seconds_sum", stage="encode") == pytest.approx(total)


def test_refusals_are_counted_by_their_code(watched: TestClient) -> None:
    watched.post("/api/search", content=b"x" * 1001)
    watched.get("/api/search")
    watched.get("/?q=%3Fsource:")
    watched.get("/nothing")
    samples = _read(watched)
    for code in ("too_large", "invalid_input", "not_found"):
        assert _get(samples, "winnow_refusals_total", code=code) == 1, code


def test_every_code_is_told_before_it_first_happens(watched: TestClient) -> None:
    samples = _read(watched)
    for code in WHEN:
        assert samples[("winnow_refusals_total", frozenset({("code", code)}))] == 0


def test_the_build_in_use_is_told_with_its_age_and_size(watched: TestClient) -> None:
    info = watched.get("/api/info").json()
    samples = _read(watched)
    assert _get(samples, "winnow_build_open") == 1
    assert _get(samples, "winnow_build_info", build=info["build"]) == 1
    assert _get(samples, "winnow_passages") == info["counts"]["passages"]
    assert _get(samples, "winnow_documents") == info["counts"]["documents"]
    assert _get(samples, "winnow_build_age_seconds") >= 0


def test_without_an_index_there_are_metrics_all_the_same(tmp_path: Path) -> None:
    with TestClient(create_app(Live(Artifact(tmp_path), load_encoder))) as client:
        assert client.get("/api/info").status_code == 503
        samples = _read(client)
    assert ("winnow_build_open", frozenset()) in samples
    assert _get(samples, "winnow_build_open") == 0
    assert _get(samples, "winnow_refusals_total", code="not_ready") == 1


def test_a_busy_server_tells_its_metrics_and_who_was_refused(index: Path) -> None:
    live = Live(Artifact(index), load_encoder)
    with TestClient(create_app(live, turns=Turns(0))) as client:
        assert client.get("/about").status_code == 503
        samples = _read(client)
    assert _get(samples, "winnow_refusals_total", code="busy") == 1
    refused = {"route": "/about", "method": "GET", "status": "503"}
    assert _get(samples, "winnow_requests_total", **refused) == 1


def test_each_application_counts_for_itself(watched: TestClient, client: TestClient) -> None:
    before = _count(client, "/about", "200")
    watched.get("/about")
    assert _count(watched, "/about", "200") == 1
    assert _count(client, "/about", "200") == before
