"""One line for each request, with its id and never with the question."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from service.logs import JsonFormatter, PlainFormatter
from tests.browser.serving import serve
from tests.service.waiting import ask, post, speak

SECRET = "zwiebelfisch"


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with serve(Artifact(index), load=lambda _: HashingEncoder()) as address:
        yield address


def _read_requests(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """What the JSON form has of each request."""
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    return [line for line in lines if "request" in line]


@pytest.mark.parametrize(
    "said",
    [
        ask(f"/api/search?q={SECRET}"),
        ask(f"/?q={SECRET}"),
        ask(f"/about?q={SECRET}"),
        ask(f"/api/search?q={SECRET}&k=none"),
        ask(f"/api/search/export?q={SECRET}&format=csv"),
        ask(f"/no/such/address?q={SECRET}"),
        post("Content-Length: 21\r\nConnection: close") + json.dumps({"q": SECRET}).encode(),
        post("Content-Length: 18\r\nConnection: close") + f'{{"q": {SECRET}'.encode(),
        f"GET /?q={SECRET} HTTP/1.1\r\nno head of a request\r\n\r\n".encode(),
    ],
)
def test_no_line_holds_the_question(
    address: str, caplog: pytest.LogCaptureFixture, said: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    assert speak(address, said).startswith(b"HTTP/1.1 ")
    for record in caplog.records:
        for form in (JsonFormatter(), PlainFormatter()):
            assert SECRET not in form.format(record)


def test_each_request_is_one_line_with_what_came_of_it(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    told = speak(address, ask("/api/info"))
    build = json.loads(told.partition(b"\r\n\r\n")[2])["build"]
    speak(address, ask("/documents/nothing"))
    first, second = _read_requests(caplog)
    milliseconds = first.pop("ms")
    assert isinstance(milliseconds, float) and milliseconds > 0
    identity = str(first.pop("request"))
    assert f"x-request-id: {identity}".encode() in told
    del first["time"]
    assert first == {
        "level": "INFO",
        "logger": "winnow",
        "message": f"GET /api/info 200, {milliseconds} ms, request {identity}, build {build}",
        "method": "GET",
        "path": "/api/info",
        "status": 200,
        "build": build,
    }
    assert (second["path"], second["status"]) == ("/documents/nothing", 404)


def test_a_path_can_neither_break_a_line_nor_fill_it(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    speak(address, ask(f"/a%0A%1B[31mb/{'x' * 5000}"))
    (request,) = _read_requests(caplog)
    path = str(request["path"])
    assert path.startswith("/a%0A%1B%5B31mb/xxx") and len(path) == 200


@pytest.mark.parametrize("given", ["abc-DEF_123", "x" * 64])
def test_the_id_that_an_asker_gives_is_kept(client: TestClient, given: str) -> None:
    for path in ("/api/info", "/", "/nothing", "/static/page.js", "/healthz"):
        answer = client.get(path, headers={"X-Request-ID": given})
        assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\tb", "<script>", "ä", "a;b"])
def test_an_id_that_is_no_harmless_one_is_replaced(client: TestClient, given: str) -> None:
    answers = [client.get("/healthz", headers={"X-Request-ID": given.encode()}) for _ in range(2)]
    first, second = (answer.headers["X-Request-ID"] for answer in answers)
    assert given != first != second
    assert len(first) == 16


@pytest.mark.parametrize("path", ["/api/search?q=ships", "/?q=ships", "/about?q=ships"])
def test_an_answer_to_a_search_tells_what_each_stage_took(client: TestClient, path: str) -> None:
    stages = dict(
        one.split(";dur=") for one in client.get(path).headers["Server-Timing"].split(", ")
    )
    assert list(stages) == ["encode", "search", "rerank", "total"]
    assert float(stages["total"]) > 0


def test_the_timing_is_that_of_the_answer(client: TestClient) -> None:
    answer = client.get("/api/search?q=ships")
    took = answer.json()["took_ms"]
    expected = ", ".join(f"{stage};dur={spent:g}" for stage, spent in took.items())
    assert answer.headers["Server-Timing"] == expected


def test_what_searches_nothing_has_no_timing(client: TestClient) -> None:
    assert "Server-Timing" not in client.get("/api/info").headers


def test_an_error_in_json_is_one_line_with_where_it_came_from(
    caplog: pytest.LogCaptureFixture,
) -> None:
    try:
        raise ValueError("first line\nsecond line")
    except ValueError:
        logging.getLogger("winnow").exception("unforeseen")
    (record,) = caplog.records
    line = JsonFormatter().format(record)
    assert "\n" not in line
    error = json.loads(line)["error"]
    assert "ValueError" in error and Path(__file__).name in error
