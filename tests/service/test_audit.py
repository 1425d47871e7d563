"""One line of the log for each act of those who run the server, with no secret in it."""

import getpass
import json
import logging
import os
from contextlib import closing
from ipaddress import ip_network
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.access import Access
from service.audit import acting, record_act
from service.keys import KeyFile
from service.live import Live
from service.logs import JsonFormatter
from service.proxies import Proxy
from service.rates import WRONG_KEYS
from tests.embeddings.building import build
from tests.service.asking import ask_through, bear

PROXY = "10.1.2.3"


@pytest.fixture(autouse=True)
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "winnow.audit")
    return caplog


def _read_acts(told: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    """The facts of each line, as the JSON form has them."""
    lines = [json.loads(JsonFormatter().format(record)) for record in told.records]
    own = ("time", "level", "message", "logger")
    acts = [line for line in lines if line["logger"] == "winnow.audit"]
    return [{name: line[name] for name in line if name not in own} for line in acts]


def test_a_line_says_who_did_what_from_where_and_what_came_of_it(
    told: pytest.LogCaptureFixture,
) -> None:
    record_act("key made", "root", "command", "done", name="ann", scopes="search,admin")
    assert told.messages == [
        "key made: who=root from=command outcome=done name=ann scopes=search,admin"
    ]
    facts = {"act": "key made", "who": "root", "from": "command", "outcome": "done"}
    assert _read_acts(told) == [{**facts, "name": "ann", "scopes": "search,admin"}]


@pytest.mark.parametrize(
    "who", ["ann outcome=done", "a\nb", "a\x1b[31mb", "a\x9bb", 'a"b', "a\u202eb", "\udcffb", ""]
)
def test_what_an_outsider_chose_can_neither_command_nor_forge(
    told: pytest.LogCaptureFixture, who: str
) -> None:
    record_act("read", who, "192.0.2.1", "forbidden")
    (line,) = told.messages
    assert line.isprintable()
    after = line.partition("who=")[2]
    assert json.JSONDecoder().raw_decode(after)[0] == who
    assert after.endswith(" from=192.0.2.1 outcome=forbidden")
    assert JsonFormatter().format(told.records[0]).isprintable()
    assert _read_acts(told)[0]["who"] == who


def test_a_long_name_does_not_fill_the_log(told: pytest.LogCaptureFixture) -> None:
    record_act("read", "x" * 10_000, "here", "done")
    assert len(told.messages[0]) < 300 and len(_read_acts(told)[0]["who"]) == 200


def test_an_act_that_fails_is_told_by_the_kind_of_error_and_by_what_was_known(
    told: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(ZeroDivisionError), acting("build", index="ix") as facts:
        facts["build"] = "b-1"
        raise ZeroDivisionError("a secret")
    assert _read_acts(told) == [
        {
            "act": "build",
            "who": getpass.getuser(),
            "from": "command",
            "outcome": "failed",
            "index": "ix",
            "build": "b-1",
            "error": "ZeroDivisionError",
        }
    ]
    assert "secret" not in told.text


def test_a_user_without_a_name_is_told_by_number(
    told: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_123)
    with acting("build"):
        pass
    assert _read_acts(told)[0]["who"] == "4000000123"


@pytest.mark.usefixtures("no_minute_passes")
def test_wrong_keys_are_told_without_themselves_and_no_oftener_than_they_are_looked_at(
    keys: KeyFile, index: Path, told: pytest.LogCaptureFixture
) -> None:
    keys.add("ann", "search")
    client = ask_through(Access(keys, is_open=False), index, "192.0.2.1")
    told.clear()
    for _ in range(2 * WRONG_KEYS):
        client.get("/api/info", headers=bear("winnow_guess"))
        client.post("/login", data={"key": "winnow_guess"})
    acts = [act for act in _read_acts(told) if act["act"] == "wrong key"]
    refused = {"act": "wrong key", "who": "nobody", "from": "192.0.2.1", "outcome": "refused"}
    assert acts == [refused] * WRONG_KEYS
    assert "guess" not in told.text


def test_metrics_are_for_admins_where_there_are_keys_and_who_may_not_is_told(
    keys: KeyFile, index: Path, told: pytest.LogCaptureFixture
) -> None:
    (_, searcher), (_, admin) = keys.add("ann", "search"), keys.add("bob", "admin")
    client = ask_through(Access(keys, is_open=False), index, "192.0.2.1")
    told.clear()
    assert client.get("/metrics").status_code == 401
    refused = client.get("/metrics", headers=bear(searcher))
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (403, "forbidden")
    assert "--scope admin" in error["hint"]
    shown = client.get("/metrics", headers=bear(admin))
    assert shown.status_code == 200 and "winnow_requests_total" in shown.text
    assert client.get("/api/info", headers=bear(admin)).status_code == 200
    asked = {"act": "GET /metrics", "who": "key ann", "from": "192.0.2.1", "outcome": "forbidden"}
    assert [act for act in _read_acts(told) if act["act"] == "GET /metrics"] == [asked]
    assert searcher not in told.text and admin not in told.text


@pytest.mark.parametrize("path", ["/metrics", "/%6detrics", "/metrics?x=1"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_there_is_no_way_around_it(keys: KeyFile, index: Path, path: str, method: str) -> None:
    _, secret = keys.add("ann", "search")
    client = ask_through(Access(keys, is_open=False), index)
    assert client.request(method, path, headers=bear(secret)).status_code == 403
    for other in ("/metrics/", "//metrics", "/static/../metrics"):
        answer = client.get(other, headers=bear(secret))
        assert "winnow_requests" not in answer.text


@pytest.mark.parametrize(("scope", "status"), [("search", 403), ("admin", 200)])
def test_a_browser_may_what_the_key_shown_on_the_page_may(
    keys: KeyFile, index: Path, scope: str, status: int
) -> None:
    _, secret = keys.add("ann", scope)
    client = ask_through(Access(keys, is_open=False), index)
    client.post("/login", data={"key": secret})
    assert client.get("/metrics").status_code == status


def test_users_that_a_proxy_names_are_no_admins(
    index: Path, told: pytest.LogCaptureFixture
) -> None:
    access = Access(is_open=False, proxy=Proxy(ip_network("10.1.2.0/24"), "X-User"))
    client = ask_through(access, index, PROXY)
    by = {"X-User": "admin", "X-Forwarded-For": "192.0.2.7"}
    assert client.get("/api/info", headers=by).status_code == 200
    assert client.get("/metrics", headers=by).status_code == 403
    (act,) = (act for act in _read_acts(told) if act["act"] == "GET /metrics")
    assert (act["who"], act["from"], act["outcome"]) == ("user admin", "192.0.2.7", "forbidden")


def test_without_keys_metrics_are_open(index: Path) -> None:
    assert ask_through(Access(), index, "127.0.0.1").get("/metrics").status_code == 200


def test_a_build_that_a_server_takes_up_is_told(
    tiny_artifact: Artifact, tiny_corpus: Path, told: pytest.LogCaptureFixture
) -> None:
    with closing(Live(tiny_artifact, load_encoder)) as live:
        live.open()
        (tiny_corpus / "salt.txt").unlink()
        newer = build(tiny_corpus, tiny_artifact).manifest.build
        live.settle()
        assert live.searcher.manifest.build == newer
    (act,) = (act for act in _read_acts(told) if act["act"] == "build taken up")
    assert (act["from"], act["outcome"], act["build"]) == ("server", "done", newer)
