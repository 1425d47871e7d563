"""Who is let in: by key, by the name the server was asked by, and by nothing else."""

import logging
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.access import Access
from service.hosts import Hosts
from service.keys import KeyFile
from tests.service.asking import ask_through, bear

FREE = ("/healthz", "/readyz", "/static/page.js")
CLOSED = (
    *("/api/search?q=ships", "/api/info", "/api/nothing", "/openapi.json", "/docs", "/about"),
    *("/", "/nothing", "/static", "/staticky", "/healthz/", "/healthz/x", "//healthz"),
    "/static/../api/info",
)


@pytest.fixture
def keyed(keys: KeyFile, secret: str, index: Path) -> TestClient:
    return ask_through(Access(keys, is_open=False), index)


@pytest.mark.parametrize("path", CLOSED)
def test_nothing_but_health_and_static_files_is_given_without_a_key(
    keyed: TestClient, path: str
) -> None:
    for method in ("POST", "OPTIONS", "DELETE"):
        assert keyed.request(method, path).status_code == 401
    answer = keyed.get(path)
    is_page = answer.status_code == 303 and answer.headers["location"].startswith("/login?next=")
    assert is_page or answer.status_code == 401
    assert is_page == (not path.startswith(("/api", "/healthz", "/static", "/openapi")))


@pytest.mark.parametrize("path", FREE)
def test_health_and_static_files_are_given_to_anybody(keyed: TestClient, path: str) -> None:
    assert keyed.get(path).status_code == 200


def test_a_refusal_says_how_a_key_is_sent(keyed: TestClient) -> None:
    refused = keyed.get("/api/info")
    error = refused.json()["error"]
    assert (error["status"], error["code"]) == (401, "key_required")
    assert "Authorization: Bearer" in error["hint"] and "winnow keys add" in error["hint"]
    assert refused.headers["WWW-Authenticate"].startswith("Bearer ")
    assert "Content-Security-Policy" in refused.headers


def test_a_key_is_taken_from_either_header(keyed: TestClient, secret: str) -> None:
    for headers in (bear(secret), {"Authorization": f"bearer {secret}"}, {"X-API-Key": secret}):
        assert keyed.get("/api/info", headers=headers).status_code == 200
        assert keyed.get("/docs", headers=headers).status_code == 200


def test_what_is_no_key_is_refused(keyed: TestClient, secret: str) -> None:
    wrong = [secret[:-1], f"{secret} x", "", "ann", "*"]
    tried = [bear(one) for one in wrong] + [{"X-API-Key": one} for one in wrong]
    tried += [{"Authorization": secret}, {"Authorization": f"Basic {secret}"}]
    for headers in tried:
        assert keyed.get("/api/info", headers=headers).status_code == 401
    assert keyed.get("/api/info", params={"key": secret, "api_key": secret}).status_code == 401


def test_a_revoked_key_is_refused_at_once_and_the_last_one_opens_nothing(
    keyed: TestClient, keys: KeyFile, secret: str
) -> None:
    assert keyed.get("/api/info", headers=bear(secret)).status_code == 200
    keys.revoke("ann")
    assert keyed.get("/api/info", headers=bear(secret)).status_code == 401
    keys.path.unlink()
    assert keyed.get("/api/info", headers=bear(secret)).status_code == 401


def test_an_open_server_asks_for_keys_once_there_is_one(keys: KeyFile, index: Path) -> None:
    client = ask_through(Access(keys, is_open=True), index)
    assert client.get("/api/info").status_code == 200
    _, secret = keys.add("ann", "search")
    assert client.get("/api/info").status_code == 401
    assert client.get("/api/info", headers=bear(secret)).status_code == 200
    keys.revoke("ann")
    assert client.get("/api/info").status_code == 401


def test_damaged_keys_let_nobody_in_and_the_reason_is_for_the_log_alone(
    keyed: TestClient, keys: KeyFile, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    keys.path.write_text("{", encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        answers = [keyed.get("/api/info", headers=bear(secret)) for _ in range(3)]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "keys_unavailable")
        assert keys.path.name not in answer.text
    assert len(caplog.messages) == 1 and keys.path.name in caplog.text
    assert keyed.get("/healthz").status_code == 200


def test_a_change_of_the_keys_is_a_line_in_the_log_of_the_server(
    keyed: TestClient, keys: KeyFile, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        keyed.get("/api/info", headers=bear(secret))
        keyed.get("/api/info", headers=bear(secret))
        keys.revoke("ann")
        keyed.get("/api/info", headers=bear(secret))
    told = [line for line in caplog.messages if line.startswith("keys in force: who=")]
    assert [line.partition(" from=")[2] for line in told] == [
        "server outcome=done names=ann",
        "server outcome=done names=none",
    ]
    assert secret not in caplog.text


def test_no_other_site_may_read_an_answer(keyed: TestClient, secret: str) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "GET"}
    for answer in (
        keyed.options("/api/info", headers=asked),
        keyed.options("/api/info", headers={**asked, **bear(secret)}),
        keyed.get("/api/info", headers={**asked, **bear(secret)}),
        keyed.get("/healthz", headers=asked),
        keyed.get("/static/page.js", headers=asked),
    ):
        assert [name for name in answer.headers if name.startswith("access-control")] == []


@pytest.fixture(scope="module")
def named(index: Path) -> TestClient:
    return ask_through(Access(hosts=Hosts(["Search.example", "2001:db8::1"])), index)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]", "[::1]:8000", "localhost."),
        *("search.example", "search.example.:443", "[2001:DB8::1]:8000"),
    ],
)
def test_a_host_that_is_the_servers_is_answered(named: TestClient, host: str) -> None:
    assert named.get("/api/info", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost.evil.example", "evil-localhost", "127.0.0.1.evil.example"),
        *("", ":8000", "localhost:", "localhost:x", "a@localhost", "localhost/evil", "127.0.0.2"),
        *("localhost, evil.example", "[::2]", "::1", "localhost..", "xlocalhost", "localhost#x"),
    ],
)
def test_another_host_is_told_so_whatever_is_asked(named: TestClient, host: str) -> None:
    for path in ("/api/info", "/metrics", "/static/page.js", "/"):
        refused = named.get(path, headers={"Host": host})
        assert refused.status_code == 421
    error = named.get("/api/info", headers={"Host": host}).json()["error"]
    assert error["code"] == "wrong_host" and "--allowed-hosts" in error["hint"]


def test_a_probe_asks_by_whatever_address_it_knows(named: TestClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert named.get(path, headers={"Host": "10.1.2.3:8000"}).status_code == 200


def test_two_hosts_are_none(named: TestClient) -> None:
    both = [("Host", "localhost"), ("Host", "localhost")]
    assert named.get("/api/info", headers=both).status_code == 421
