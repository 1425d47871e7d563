"""What goes wrong is told by the kind of error, with all that the server said of it."""

import json
import socket
from typing import Any
from urllib.error import HTTPError

import pytest

from embeddings.artifact import Artifact
from service.access import Access
from service.keys import KeyFile
from service.rates import WRONG_KEYS
from tests.browser.serving import serve
from tests.client.asking import OK, Asker, Reply, answering
from tests.client.conftest import Connect, Fetch


def test_a_value_that_cannot_be_used_is_told_as_the_server_tells_it(
    client: Asker, fetch: Fetch, library: Any
) -> None:
    with pytest.raises(library.Invalid) as caught:
        client.search("whales", k=0)
    with pytest.raises(HTTPError) as refused:
        fetch("/api/search", {"q": "whales", "k": 0})
    with refused.value as answer:
        said = json.load(answer)["error"]
    error = caught.value
    told = {name: getattr(error, name) for name in ("code", "message", "status", "hint")}
    assert {**told, "fields": list(error.fields)} == said
    assert said["fields"][0]["field"] == "k"
    assert str(error) == f"{said['message']}; {said['hint']}"


@pytest.mark.parametrize("text", ["\ud800", "", "?!"], ids=["no UTF-8", "nothing", "no word"])
def test_a_question_that_cannot_be_asked_is_invalid(client: Asker, library: Any, text: str) -> None:
    with pytest.raises(library.Invalid):
        client.search(text)


def test_what_is_not_there_is_not_found(client: Asker, library: Any) -> None:
    for ask in (client.passage, client.similar, client.quote, client.document):
        with pytest.raises(library.NotFound) as caught:
            ask("nowhere")
        assert (caught.value.status, caught.value.code) == (404, "not_found")


def test_an_id_is_no_way_to_another_address(client: Asker, library: Any) -> None:
    with pytest.raises(library.WinnowClientError):
        client.passage("../info")


def test_a_key_is_asked_for_and_sent(
    connect: Connect,
    library: Any,
    tiny_artifact: Artifact,
    keys: KeyFile,
    secret: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serve(tiny_artifact, access=Access(keys)) as address:
        for key in (None, "", "winnow_wrong"):
            with pytest.raises(library.Refused) as caught:
                connect(address, key=key).info()
            assert (caught.value.status, caught.value.code) == (401, "key_required")
        assert connect(address, key=secret).info().counts["documents"] == 5
        monkeypatch.setenv("WINNOW_KEY", f"{secret}\n")
        assert connect(address).info().counts["documents"] == 5
        with pytest.raises(library.Refused):
            connect(address, key="").info()


def test_a_key_that_no_header_can_hold_is_not_repeated(connect: Connect, library: Any) -> None:
    with pytest.raises(library.Refused) as caught:
        connect("http://127.0.0.1:1", key="winnow_secret\nX-Odd: 1").info()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_key_follows_a_redirect(connect: Connect, library: Any, status: int) -> None:
    with answering(OK) as other:
        moved = Reply(status, b"", (("Location", f"{other.address}/readyz"),))
        with answering(moved) as server, pytest.raises(library.Unexpected) as caught:
            connect(server.address, key="winnow_secret").ready()
    assert caught.value.status == status and "redirect" in caught.value.hint
    assert server.asked[0][1]["authorization"] == "Bearer winnow_secret"
    assert other.asked == []


def test_a_server_of_this_machine_is_asked_past_any_proxy(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(OK) as proxy, answering(OK, OK) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        connect(server.address, key="winnow_secret").ready()
        connect(server.address.replace("127.0.0.1", "localhost"), key="winnow_secret").ready()
        assert proxy.asked == [] and len(server.asked) == 2
        connect("http://winnow.invalid").ready()  # elsewhere the environment is believed
        assert len(proxy.asked) == 1


@pytest.mark.parametrize("where", ["127.0.0.1:80", "ftp://here", "http://", "http://here:port", ""])
def test_an_address_that_is_none_is_told(connect: Connect, library: Any, where: str) -> None:
    with pytest.raises(library.Unreachable, match=r"http://127\.0\.0\.1:8000"):
        connect(where).info()


def test_a_server_that_is_not_there_is_unreachable(connect: Connect, library: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(library.Unreachable, match=f"127.0.0.1:{port}") as caught:
        connect(f"http://ann:pass@127.0.0.1:{port}", key="winnow_secret", retries=0).info()
    assert caught.value.status is None
    assert "pass" not in str(caught.value) and "secret" not in str(caught.value)


def test_a_server_that_does_not_answer_is_given_up(connect: Connect, library: Any) -> None:
    waits: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(library.Unreachable, match="time ran out"):
            connect(where, timeout=0.05, sleep=waits.append).info()
    assert waits == []


@pytest.mark.parametrize(
    "body",
    [b"<p>Log in</p>", [], {}, {"status": 1}, {"status": "ready", "build": 7}, b"\xff"],
    ids=repr,
)
def test_an_answer_that_is_none_of_winnows_is_told(
    connect: Connect, library: Any, body: object
) -> None:
    with answering(Reply(200, body)) as server, pytest.raises(library.Unexpected, match="Winnow"):
        connect(server.address).ready()


@pytest.mark.parametrize("body", [b"", b"<p>no</p>", [], {"error": "no"}, {"detail": "no"}])
def test_an_error_of_another_server_is_told_by_its_status(
    connect: Connect, library: Any, body: object
) -> None:
    for status, kind in ((500, "Unexpected"), (403, "Refused"), (504, "Unreachable")):
        with (
            answering(Reply(status, body)) as server,
            pytest.raises(getattr(library, kind), match=str(status)) as caught,
        ):
            connect(server.address).ready()
        assert caught.value.status == status


def test_too_many_wrong_keys_are_a_busy_server(
    connect: Connect,
    library: Any,
    tiny_artifact: Artifact,
    keys: KeyFile,
    secret: str,
    no_minute_passes: None,
) -> None:
    with serve(tiny_artifact, access=Access(keys)) as address:
        client = connect(address, key="winnow_wrong", retries=0)
        for _ in range(WRONG_KEYS):
            with pytest.raises(library.Refused):
                client.info()
        with pytest.raises(library.Busy) as caught:
            client.info()
    assert caught.value.retry_after == 6
