"""`/mcp` stands behind all that the API stands behind: keys, names, rates, turns and limits."""

import json
import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.access import Access
from service.app import create_app
from service.hosts import Hosts
from service.keys import KeyFile
from service.limits import Limits
from service.live import Live
from service.search import Searcher
from tests.service.asking import ask_through, bear
from tests.service.cli.conftest import ROOT, make_environment
from tests.service.mcp.conversation import HEADERS, call, make_call
from tests.service.waiting import HELD, WaitingEncoder

SHIPS = {"query": "Who counted ships in the fog?", "k": 1}


def _result(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()["result"]
    return result


def test_a_call_needs_no_session_and_is_answered_in_json(client: TestClient) -> None:
    answer = call(client, "search", **SHIPS)
    assert answer.headers["content-type"] == "application/json"
    assert "mcp-session-id" not in answer.headers
    hit = _result(answer)["structuredContent"]["hits"][0]
    asked = client.get("/api/search", params={"q": SHIPS["query"], "k": 1}).json()["hits"][0]
    assert {name: asked[name] for name in ("text", "start", "end", "also_in", "confidence")} == {
        name: hit[name] for name in ("text", "start", "end", "also_in", "confidence")
    }


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_nothing_but_post_is_taken(client: TestClient, method: str) -> None:
    refused = client.request(method, "/mcp", headers={"Accept": "text/event-stream"})
    assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")
    assert refused.json()["error"]["code"] == "method_not_allowed"


def test_a_call_takes_a_key_where_the_api_does(keys: KeyFile, secret: str, index: Path) -> None:
    client = ask_through(Access(keys, is_open=False), index)
    for headers in ({}, bear("winnow_guess")):
        refused = client.post("/mcp", json=make_call("search", **SHIPS), headers=headers)
        assert refused.status_code == 401 and refused.headers["WWW-Authenticate"]
        assert refused.json()["error"]["code"] == "key_required"
    assert client.get("/mcp").status_code == 401  # and is not led to a page
    for headers in (bear(secret), {"X-API-Key": secret}):
        client.headers.update(headers)
        assert _result(call(client, "search", **SHIPS))["structuredContent"]["hits"]


def test_another_name_of_the_server_and_a_page_of_another_site_are_refused(index: Path) -> None:
    client = ask_through(Access(hosts=Hosts(["agents.example"])), index)
    client.headers["Host"] = "rebound.example"
    refused = call(client, "search", **SHIPS)
    assert (refused.status_code, refused.json()["error"]["code"]) == (421, "wrong_host")
    client.headers["Host"] = "agents.example:8000"
    for origin in ("https://page.example", "null", "https://agents.example.page.example"):
        client.headers["Origin"] = origin
        refused = call(client, "search", **SHIPS)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    for origin in ("https://agents.example", "http://localhost:6274"):
        client.headers["Origin"] = origin
        assert _result(call(client, "sources"))["structuredContent"]["total"]


def test_a_form_of_another_site_is_no_call(client: TestClient) -> None:
    body = json.dumps(make_call("search", **SHIPS))
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {**HEADERS, "Content-Type": kind}
        assert client.post("/mcp", content=body, headers=headers).status_code == 400
    asked = {"Origin": "https://page.example", "Access-Control-Request-Method": "POST"}
    refused = client.options("/mcp", headers=asked)
    assert refused.status_code == 405 and "access-control-allow-origin" not in refused.headers


@pytest.mark.usefixtures("no_minute_passes")
def test_who_calls_too_often_is_told_when_to_come_again(
    keys: KeyFile, secret: str, index: Path
) -> None:
    client = ask_through(Access(keys, is_open=False, rate=3), index)
    client.headers.update(bear(secret))
    answers = [call(client, "search", **SHIPS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json()["error"]["code"] == "too_often" and answers[3].headers["Retry-After"]


def test_a_large_body_is_refused(index: Path) -> None:
    live = Live(Artifact(index), load_encoder)
    client = TestClient(create_app(live, Limits(max_body=2000)), client=("127.0.0.1", 50000))
    assert _result(call(client, "search", **SHIPS))
    refused = call(client, "search", query="ships " * 400)
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "too_large")
    live.close()


def test_a_call_takes_a_turn(index: Path) -> None:
    encoder = WaitingEncoder()
    live = Live(Artifact(index), lambda _: encoder)
    limits = Limits(concurrency=1, queue=0)
    with (
        TestClient(create_app(live, limits), client=("127.0.0.1", 50000)) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        held = pool.submit(call, client, "search", query=f"{HELD} the ships")
        encoder.wait_until_held()
        refused = call(client, "sources")
        encoder.let_go()
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")
        assert _result(held.result())["structuredContent"]["hits"]
    live.close()


def test_calls_are_counted_and_logged_as_searches_without_what_was_asked(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    before = _count(client)
    with caplog.at_level(logging.INFO):
        answer = call(client, "search", **SHIPS)
        assert _result(call(client, "read", passage_id="0123456789abcdef"))["isError"]
        assert call(client, "search", query="", nonsense="unsaid")
    assert "total;dur=" in answer.headers["Server-Timing"]
    after = _count(client)
    grown = {name: after[name] - before[name] for name in after}
    assert grown == {"/mcp": 3, "searches": 1, "not_found": 1, "invalid_input": 1}
    build = _result(answer)["structuredContent"]["build"]
    (line,) = [one for one in caplog.messages if answer.headers["X-Request-ID"] in one]
    assert "POST /mcp 200" in line and build in line
    assert "ships" not in caplog.text and "unsaid" not in caplog.text


def _count(client: TestClient) -> dict[str, float]:
    families = text_string_to_metric_families(client.get("/metrics").text)
    samples = [one for family in families for one in family.samples]

    def add(name: str, **labels: str) -> float:
        wanted = labels.items()
        return sum(
            one.value for one in samples if one.name == name and wanted <= one.labels.items()
        )

    return {
        "/mcp": add("winnow_requests_total", route="/mcp", method="POST", status="200"),
        "searches": add("winnow_searches_total"),
        **{
            code: add("winnow_refusals_total", code=code) for code in ("not_found", "invalid_input")
        },
    }


def test_an_error_that_nobody_foresaw_is_told_in_general_words(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("said in confidence")

    monkeypatch.setattr(Searcher, "search", fail)
    result = _result(call(client, "search", **SHIPS))
    assert result["isError"]
    assert result["content"][0]["text"] == (
        "the server met an error of its own\nhint: see the server's log"
    )
    assert "unforeseen error in request" in caplog.text


def test_an_unknown_tool_and_method_are_errors_of_the_protocol(client: TestClient) -> None:
    told = call(client, "delete", query="all").json()["error"]
    assert told["code"] == -32602 and "there are search, read, similar, sources" in told["message"]
    message = {"jsonrpc": "2.0", "id": 1, "method": "resources/list"}
    assert client.post("/mcp", json=message, headers=HEADERS).json()["error"]["code"] == -32601


_MODERN = {**HEADERS, "MCP-Protocol-Version": "2026-07-28"}


def _write(tool: str = "search", **arguments: object) -> bytes:
    return json.dumps(make_call(tool, **arguments)).encode()


_HOSTILE = {
    "nested": b"[" * 400_000,
    "number": _write(query="ships", k=0).replace(b'"k": 0', b'"k": ' + b"9" * 400_000),
    "no number": _write(query="ships", min_confidence=float("nan")),
    "batch": b"[" + b",".join([_write(**SHIPS)] * 50) + b"]",
    "half a pair": _write(query="ships \ud800", **{"\udfff": 1}),
    "no text": b"\xff\xfe" * 100,
    "names": _write(**{f"{n:0200}": 1 for n in range(3000)}),
    "no arguments": _write(**SHIPS).replace(json.dumps(SHIPS).encode(), b"3"),
}


@pytest.mark.parametrize("headers", [HEADERS, _MODERN], ids=["handshake", "modern"])
@pytest.mark.parametrize("body", _HOSTILE.values(), ids=_HOSTILE)
def test_a_hostile_message_is_refused_in_few_words(
    client: TestClient, body: bytes, headers: dict[str, str]
) -> None:
    named = {"Mcp-Method": "tools/call", "Mcp-Name": "search"} if headers is _MODERN else {}
    sent = {**headers, **named, "Content-Type": "application/json"}
    answer = client.post("/mcp", content=body, headers=sent)
    assert answer.status_code in (200, 400), answer.text
    told = answer.json()
    assert "error" in told or told["result"]["isError"]
    assert len(answer.content) < 4000
    assert "Traceback" not in answer.text


def test_no_server_and_no_command_loads_the_protocol_before_it_is_asked() -> None:
    program = """
import sys
from pathlib import Path
import service.cli
from embeddings.artifact import Artifact
from service.app import create_app
from service.live import Live
create_app(Live(Artifact(Path("nowhere")), lambda name: None))
print(sorted(name for name in sys.modules if name.split(".")[0] in ("mcp", "mcp_types")))
"""
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=make_environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"
