"""Clients that send too much, too slowly, or do not take their answer."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from service import serving
from service.limits import Limits
from service.turns import Turns
from tests.browser.serving import serve
from tests.service.waiting import LONGEST, ask, connect, post, read_all, read_error, speak

MOST = 2000
READ_AT_ONCE = 262_144  # bytes that asyncio takes from a socket
CHUNK = b"400\r\n" + b"x" * 0x400 + b"\r\n"


@pytest.fixture(scope="module")
def turns() -> Turns:
    return Turns(1)


@pytest.fixture(scope="module")
def address(index: Path, turns: Turns) -> Iterator[str]:
    """A server that takes little, and waits one second for a client."""
    limits = Limits(max_body=MOST, patience=1, max_head=4096)
    with serve(Artifact(index), limits, turns) as address:
        yield address


@pytest.fixture(autouse=True)
def still_answers(address: str, turns: Turns) -> Iterator[None]:
    """Whatever a client did, the next one is answered, and no turn is lost."""
    yield
    assert b" 200 " in speak(address, ask("/api/search?q=ships"))
    assert turns.taken == 0


def test_a_body_of_the_size_taken_is_read(address: str) -> None:
    body = b'{"q": "ships"}'.ljust(MOST)
    told = speak(address, post(f"Content-Length: {MOST}\r\nConnection: close") + body)
    assert told.startswith(b"HTTP/1.1 200 ")


def test_a_large_body_is_refused_before_it_is_sent(address: str) -> None:
    told = speak(address, post(f"Content-Length: {MOST + 1}"))
    assert told.startswith(b"HTTP/1.1 413 ")
    error = read_error(told)
    assert (error["code"], error["status"]) == ("too_large", 413)
    assert "2,000 bytes" in error["message"]


def test_a_large_body_is_refused_while_it_is_read(address: str) -> None:
    told = speak(address, post("Transfer-Encoding: chunked") + 2 * CHUNK)
    assert told.startswith(b"HTTP/1.1 413 ")
    assert read_error(told)["code"] == "too_large"


def test_a_large_body_to_a_page_is_refused_as_a_page(address: str) -> None:
    said = ask("/").replace(b"Connection: close", f"Content-Length: {MOST + 1}".encode())
    told = speak(address, said)
    assert told.startswith(b"HTTP/1.1 413 ") and b"<!doctype html>" in told.lower()


@pytest.mark.parametrize(
    "said",
    [post("Content-Length: 20") + b'{"q"', post("Transfer-Encoding: chunked") + CHUNK],
    ids=["length", "chunked"],
)
def test_a_body_that_does_not_come_is_given_up(address: str, said: bytes) -> None:
    told = speak(address, said)
    assert told.startswith(b"HTTP/1.1 408 ")
    assert read_error(told)["code"] == "too_slow"
    assert b"\r\nconnection: close\r\n" in told.lower()  # what still comes is no request


def test_a_client_that_says_nothing_is_cut_off(address: str) -> None:
    assert speak(address, b"") == b""


def test_a_head_that_does_not_end_is_cut_off(address: str) -> None:
    assert speak(address, b"GET /api/info HTTP/1.1\r\nHost: local") == b""


def test_after_an_answer_too_the_next_head_has_its_time(address: str) -> None:
    with closing(connect(address)) as client:
        client.sendall(ask("/healthz").replace(b"Connection: close\r\n", b""))
        while not client.recv(65536).endswith(b'"build":null}'):
            pass
        client.sendall(b"GET /healthz HT")
        assert read_all(client) == b""


def test_an_idle_client_is_cut_off_after_its_answer(address: str) -> None:
    assert b" 200 " in speak(address, ask("/healthz").replace(b"Connection: close\r\n", b""))


def test_a_head_that_is_too_long_is_refused_though_it_comes_at_once(address: str) -> None:
    lines = b"".join(b"X-Long-%d: %s\r\n" % (n, b"x" * 100) for n in range(50))
    said = ask("/healthz").replace(b"Connection", lines + b"Connection")
    assert speak(address, said).startswith(b"HTTP/1.1 400 ")


def test_what_follows_a_body_without_end_is_refused(address: str) -> None:
    trailers = b"0\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 100) for n in range(200))
    told = speak(address, post("Transfer-Encoding: chunked") + trailers)
    assert told.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "said",
    [b"GET /" + b"x" * 8192, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 8192],
    ids=["address", "header"],
)
def test_a_head_that_is_too_long_is_refused(address: str, said: bytes) -> None:
    assert speak(address, said).startswith(b"HTTP/1.1 400 ")


def test_one_who_takes_a_long_answer_slowly_but_steadily_gets_all_of_it(index: Path) -> None:
    queries = json.dumps({"queries": [{"q": f"ships {n}", "k": 100} for n in range(50)]}).encode()
    head = f"Content-Length: {len(queries)}\r\nConnection: close"
    asked = post(head, "/api/search/batch") + queries
    with serve(Artifact(index), Limits(patience=2), send_buffer=32_768) as address:
        at_once = len(speak(address, asked))
        with closing(connect(address)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
            client.sendall(asked)
            taken, begun = bytearray(), time.monotonic()
            while received := client.recv(10_000):
                taken += received
                while time.monotonic() - begun < 5 * len(taken) / at_once:  # beyond its patience
                    pass
    assert len(json.loads(taken.partition(b"\r\n\r\n")[2])["results"]) == 50


def test_one_who_does_not_take_his_answers_is_cut_off(address: str) -> None:
    asked = ask("/static/page.js").replace(b"Connection: close\r\n", b"")
    with closing(connect(address)) as client, pytest.raises(ConnectionError):
        while True:
            client.sendall(asked)


def test_what_is_asked_ahead_of_its_turn_is_not_read_without_end(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [0]

    class Counting(serving.Connection):
        def on_headers_complete(self) -> None:
            super().on_headers_complete()
            waiting.append(len(self.pipeline))

    monkeypatch.setattr(serving, "Connection", Counting)
    asked = ask("/static/page.js").replace(b"Connection: close\r\n", b"")
    most = READ_AT_ONCE // len(asked) + 1
    with closing(connect(address)) as client, suppress(ConnectionError):
        while waiting[-1] <= most:
            client.sendall(asked)
    assert 1 < max(waiting) <= most


def test_one_connection_too_many_is_told_so_though_it_asked_at_once(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_LINGERS", LONGEST)
    limits = Limits(connections=3, patience=LONGEST)
    with serve(Artifact(index), limits) as address, ExitStack() as open_ones:
        kept, *_ = [open_ones.enter_context(closing(connect(address))) for _ in range(3)]
        open_ones.enter_context(closing(connect(address)))
        kept.sendall(ask("/healthz"))
        assert read_all(kept).startswith(b"HTTP/1.1 200 ")
        open_ones.enter_context(closing(connect(address)))
        for _ in range(20):
            told = speak(address, ask("/healthz"))
            assert told.startswith(b"HTTP/1.1 503 ")
            assert read_error(told)["code"] == "busy"


def test_one_connection_too_many_is_heard_before_it_is_answered(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is answered before it has asked may lose the answer: its question meets a closed end."""
    monkeypatch.setattr(serving, "_LINGERS", LONGEST)
    with serve(Artifact(index), Limits(connections=1)) as address, ExitStack() as open_ones:
        open_ones.enter_context(closing(connect(address)))
        client = open_ones.enter_context(closing(connect(address)))
        client.settimeout(0)
        assert speak(address, ask("/healthz")).startswith(b"HTTP/1.1 503 ")
        with pytest.raises(BlockingIOError):  # others were answered meanwhile, and it was not
            client.recv(1)
        client.settimeout(LONGEST)
        client.sendall(ask("/healthz"))
        assert read_all(client).startswith(b"HTTP/1.1 503 ")


def test_beyond_so_many_connections_more_are_refused_until_some_are_gone(index: Path) -> None:
    limits = Limits(connections=3, patience=LONGEST)
    with serve(Artifact(index), limits) as address, ExitStack() as open_ones:
        for _ in range(3):
            open_ones.enter_context(closing(connect(address)))
        told = speak(address, b"")
        assert told.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: " in told
        open_ones.close()
        while not speak(address, ask("/healthz")).startswith(b"HTTP/1.1 200 "):
            pass
