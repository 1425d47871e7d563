"""More at once than the server takes, answers that take too long, and a server told to stop."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.errors import ServerBusy
from service.limits import Limits
from service.turns import Turns, make_tokens
from tests.browser.serving import serve
from tests.service.waiting import (
    HELD,
    LONGEST,
    WaitingEncoder,
    ask,
    connect,
    read_all,
    read_error,
    run_alone,
    speak,
)

HOLD = ask(f"/api/search?q={HELD}")


@pytest.fixture
def encoder() -> Iterator[WaitingEncoder]:
    encoder = WaitingEncoder()
    yield encoder
    encoder.let_go()


def test_turns_go_to_whoever_waited_longest() -> None:
    async def run() -> list[str]:
        turns, order = Turns(1, 2), []

        async def take(name: str) -> None:
            await turns.take(LONGEST)
            order.append(name)
            turns.give_back()

        await turns.take(LONGEST)
        waiting = [asyncio.ensure_future(take(name)) for name in ("first", "second")]
        while turns.waiting < 2:
            await asyncio.sleep(0)
        with pytest.raises(ServerBusy):
            await turns.take(LONGEST)
        turns.give_back()
        await asyncio.gather(*waiting)
        assert (turns.taken, turns.waiting) == (0, 0)
        return order

    assert run_alone(run) == ["first", "second"]


def test_one_who_waited_in_vain_or_went_away_leaves_the_queue() -> None:
    async def run() -> None:
        turns = Turns(1, 1)
        await turns.take(0)
        with pytest.raises(ServerBusy):
            await turns.take(0)
        gone = asyncio.ensure_future(turns.take(LONGEST))
        while not turns.waiting:
            await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert (turns.taken, turns.waiting) == (1, 0)

    run_alone(run)


def test_one_who_goes_away_as_the_turn_comes_gives_it_back() -> None:
    async def run() -> None:
        turns = Turns(1, 1)
        await turns.take(0)
        going = asyncio.ensure_future(turns.take(LONGEST))
        while not turns.waiting:
            await asyncio.sleep(0)
        turns.give_back()
        while turns.taken == 0:  # until it is handed out, which nobody has taken note of yet
            turns._hand_out()
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going
        assert (turns.taken, turns.waiting) == (0, 0)

    run_alone(run)


def test_processes_that_share_their_turns_have_no_more_together() -> None:
    async def run() -> None:
        tokens, places = make_tokens(1), make_tokens(1)
        one, other = (Turns(1, 1, tokens, places) for _ in range(2))
        await one.take(LONGEST)
        waiting = asyncio.ensure_future(other.take(LONGEST))
        while not one.waiting:
            await asyncio.sleep(0)
        with pytest.raises(ServerBusy):
            await one.take(LONGEST)
        one.give_back()
        assert not one.take_at_once(), "it is for the one that waits elsewhere"
        await waiting
        assert (one.taken, other.taken, tokens.held) == (1, 1, 1)

    run_alone(run)


@pytest.mark.parametrize("path", ["/api/search?q=ships", "/?q=ships", "/about", "/api/info"])
def test_beyond_the_queue_all_are_refused_and_told_when_to_come_again(
    index: Path, encoder: WaitingEncoder, path: str
) -> None:
    with (
        serve(Artifact(index), Limits(1, queue=0), load=lambda _: encoder) as address,
        ThreadPoolExecutor() as pool,
    ):
        held = pool.submit(speak, address, HOLD)
        encoder.wait_until_held()
        told = speak(address, ask(path))
        assert told.startswith(b"HTTP/1.1 503 ") and b"\r\nretry-after: " in told.lower()
        assert b"busy" in told
        assert b" 200 " in speak(address, ask("/healthz"))
        encoder.let_go()
        assert b" 200 " in held.result()
        assert b" 200 " in speak(address, ask(path))


def test_one_in_the_queue_is_answered_once_a_turn_is_free(
    index: Path, encoder: WaitingEncoder
) -> None:
    turns = Turns(1, 1)
    with (
        serve(Artifact(index), turns=turns, load=lambda _: encoder) as address,
        ThreadPoolExecutor() as pool,
    ):
        held = pool.submit(speak, address, HOLD)
        encoder.wait_until_held()
        with connect(address) as client:
            client.sendall(ask("/api/search?q=ships"))
            while not turns.waiting:
                pass
            encoder.let_go()
            assert b" 200 " in read_all(client)
        assert b" 200 " in held.result()


def test_one_who_leaves_the_queue_makes_room_and_is_not_searched_for(
    index: Path, encoder: WaitingEncoder
) -> None:
    turns = Turns(1, 1)
    with (
        serve(Artifact(index), turns=turns, load=lambda _: encoder) as address,
        ThreadPoolExecutor() as pool,
    ):
        held = pool.submit(speak, address, HOLD)
        encoder.wait_until_held()
        with connect(address) as client:
            client.sendall(HOLD)
            while not turns.waiting:
                pass
        while turns.waiting:
            pass
        waiting = pool.submit(speak, address, ask("/api/search?q=ships"))
        encoder.let_go()
        assert b" 200 " in held.result()
        assert b" 200 " in waiting.result()
        assert b'winnow_refusals_total{code="left"} 1.0' in speak(address, ask("/metrics"))
    assert encoder.held == 1
    assert turns.taken == 0


def test_an_answer_that_takes_too_long_is_given_up_and_its_turn_kept_until_it_ended(
    index: Path, encoder: WaitingEncoder
) -> None:
    turns = Turns(1)
    limits = Limits(timeout=0.2)
    with serve(Artifact(index), limits, turns, lambda _: encoder) as address:
        told = speak(address, HOLD)
        assert read_error(told)["code"] == "timed_out"
        assert told.startswith(b"HTTP/1.1 503 ") and b"\r\nretry-after: " in told.lower()
        assert read_error(speak(address, ask("/api/info")))["code"] == "busy"
        page = speak(address, ask("/?q=ships"))
        assert b"Too many are asking at once." in page
        encoder.let_go()
        while b" 200 " not in speak(address, ask("/api/info")):
            pass
    assert turns.taken == 0


def test_a_page_that_takes_too_long_says_so(index: Path, encoder: WaitingEncoder) -> None:
    with serve(Artifact(index), Limits(timeout=0.2), load=lambda _: encoder) as address:
        page = speak(address, ask(f"/?q={HELD}"))
        encoder.let_go()
    assert page.startswith(b"HTTP/1.1 503 ")
    assert b"The answer took too long." in page and b"<code>timed_out</code>" in page


def _start(index: Path, program: str) -> tuple[subprocess.Popen[str], int]:
    """A server process that holds searches, and its port."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(index)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert process.stdout
    return process, int(process.stdout.readline())


# Holds a query until a line comes on standard input.
_SERVER = """
import socket, sys
from pathlib import Path
from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from service.app import create_app
from service.limits import Limits
from service.live import Live
from service.serving import make_server

class Holding(HashingEncoder):
    def encode_queries(self, texts):
        if "hold" in texts[0]:
            print("held", flush=True)
            sys.stdin.readline()
        return super().encode_queries(texts)

live = Live(Artifact(Path(sys.argv[1])), lambda _: Holding())
live.open()
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    limits = Limits(patience=120)
    make_server(create_app(live, limits), limits, STOP).run(sockets=[listener])
"""


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_finishes_what_runs_and_takes_no_more(
    index: Path, stop: signal.Signals
) -> None:
    process, port = _start(index, _SERVER.replace("STOP", "60"))
    address = f"http://127.0.0.1:{port}"
    with process, connect(address) as client, connect(address) as idle:
        client.sendall(ask(f"/api/search?q={HELD}"))
        assert process.stdout and process.stdout.readline() == "held\n"
        process.send_signal(stop)
        assert read_all(idle) == b""  # so it has begun to stop
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
        assert b" 200 " in read_all(client)
        assert process.wait(LONGEST) != 1


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_is_gone_in_time_whatever_runs(index: Path, stop: signal.Signals) -> None:
    process, port = _start(index, _SERVER.replace("STOP", "0.5"))
    with process, connect(f"http://127.0.0.1:{port}") as client:
        client.sendall(ask(f"/api/search?q={HELD}"))
        assert process.stdout and process.stdout.readline() == "held\n"
        process.send_signal(stop)
        assert process.wait(LONGEST) == 1
