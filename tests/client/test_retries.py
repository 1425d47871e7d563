"""A call that may pass by itself is sent again, when the server says or after a drawn while."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from embeddings.artifact import Artifact
from service.access import Access
from service.keys import KeyFile
from service.rates import Rates
from tests.browser.serving import serve
from tests.client.asking import LOST, OK, Reply, answering
from tests.client.conftest import Connect

LATER = Reply(503, {}, (("Retry-After", "7"),))


class Clock:
    """Time that passes while one sleeps, and then alone."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def tell(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(connect: Connect, clock: Clock) -> Connect:
    """Makes a client whose time is the clock's."""
    return partial(connect, sleep=clock.sleep, clock=clock.tell)


def test_who_asks_too_often_asks_again_when_the_server_said(
    timed: Connect,
    clock: Clock,
    tiny_artifact: Artifact,
    keys: KeyFile,
    secret: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.access.Rates", partial(Rates, clock=clock.tell))
    with serve(tiny_artifact, access=Access(keys, rate=2)) as address:
        client = timed(address, key=secret)
        builds = {client.info().build for _ in range(4)}
    assert len(builds) == 1
    assert clock.slept == [30, 30]


def test_who_has_less_patience_is_told_when_to_come_again(
    timed: Connect,
    clock: Clock,
    library: Any,
    tiny_artifact: Artifact,
    keys: KeyFile,
    secret: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.access.Rates", partial(Rates, clock=clock.tell))
    with serve(tiny_artifact, access=Access(keys, rate=1)) as address:
        client = timed(address, key=secret, patience=20)
        client.info()
        with pytest.raises(library.Busy) as caught:
            client.info()
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (
        429,
        "too_often",
        60,
    )
    assert clock.slept == []


def test_a_server_without_an_index_is_asked_as_often_as_is_set(
    timed: Connect, clock: Clock, library: Any, tmp_path: Path
) -> None:
    with serve(Artifact(tmp_path / "none")) as address, pytest.raises(library.Busy) as caught:
        timed(address, retries=2).ready()
    assert caught.value.status == 503 and caught.value.hint
    assert clock.slept == [2, 2]


def test_a_lost_connection_is_made_again(timed: Connect, clock: Clock) -> None:
    with answering(LOST, LOST, OK) as server:
        assert timed(server.address).ready().build == "b1"
    assert len(server.asked) == 3
    first, second = clock.slept
    assert 0.25 <= first <= 0.5 <= second <= 1.0


def test_waits_are_drawn_so_that_not_all_come_back_at_once(timed: Connect, clock: Clock) -> None:
    for _ in range(5):
        with answering(LOST, OK) as server:
            timed(server.address).ready()
    assert len(set(clock.slept)) == 5


@pytest.mark.parametrize("said", ["soon", "-1", "1e9", "²"])
def test_a_wait_that_is_no_number_of_seconds_is_not_believed(
    timed: Connect, clock: Clock, said: str
) -> None:
    # Headers are sent in Latin-1.
    reply = Reply(503, {}, (("Retry-After", said),))
    with answering(reply, OK) as server:
        timed(server.address).ready()
    assert 0.25 <= clock.slept[0] <= 0.5


def test_no_more_is_tried_than_is_set(timed: Connect, clock: Clock, library: Any) -> None:
    with answering(LOST, LATER, Reply(502), LOST) as server, pytest.raises(library.Unreachable):
        timed(server.address).ready()
    assert len(server.asked) == 4 and clock.slept[1] == 7
    with answering(LATER) as server, pytest.raises(library.Busy):
        timed(server.address, retries=0).ready()


def test_all_tries_together_end_with_the_patience(
    timed: Connect, clock: Clock, library: Any
) -> None:
    with answering(*[LATER] * 3) as server, pytest.raises(library.Busy) as caught:
        timed(server.address, retries=100, patience=20).ready()
    assert caught.value.retry_after == 7
    assert clock.slept == [7, 7]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 421, 422, 500, 504])
def test_what_would_be_the_same_again_is_asked_once(
    timed: Connect, clock: Clock, library: Any, status: int
) -> None:
    with answering(Reply(status, {})) as server, pytest.raises(library.WinnowClientError):
        timed(server.address).ready()
    assert clock.slept == []
