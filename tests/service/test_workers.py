"""Several processes answer as one server: limits, counts, keys and builds are the same in all.

A test that must know which process answers stops all others meanwhile.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
from httpx2 import Client, Response
from prometheus_client.parser import text_string_to_metric_families

from embeddings.errors import ServiceError
from service.keys import KeyFile
from service.supervisor import make_shared_folder
from tests.embeddings.building import flip_byte
from tests.service.building import build, write_corpus
from tests.service.cli.conftest import make_environment
from tests.service.waiting import LONGEST, connect

LONG = {"queries": [{"q": f"ships and {'words ' * 60}{n}", "k": 100} for n in range(50)]}
FROM_AFAR = {"X-Forwarded-For": "192.0.2.7"}


class Server:
    """`winnow serve` with its processes; `log` grows with what it says."""

    def __init__(self, folder: Path, *flags: object) -> None:
        self.folder = folder
        (folder / "tmp").mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "service", "serve", "--index", "index"),
                *("--port", "0", *map(str, flags)),
            ],
            cwd=folder,
            env=make_environment(TMPDIR=str(folder / "tmp")),
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log: list[str] = []
        self._grown = threading.Condition()
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._grown:
                self.log.append(line)
                self._grown.notify_all()

    def wait_for(self, text: str, times: int = 1) -> str:
        """The line that says so for the last of so many times."""
        found: list[str] = []

        def is_there() -> bool:
            found[:] = [line for line in self.log if text in line]
            return len(found) >= times

        with self._grown:
            assert self._grown.wait_for(is_there, LONGEST), "".join(self.log)
        return found[times - 1]

    @property
    def address(self) -> str:
        match = re.search(r"http://\S+", self.wait_for("serving on"))
        assert match is not None
        return match.group()

    def find_workers(self) -> list[int]:
        """In the order of their start; none once the server has ended."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with suppress(FileNotFoundError, ProcessLookupError):
            return [int(pid) for pid in children.read_text(encoding="ascii").split()]
        return []

    @contextmanager
    def only(self, worker: int) -> Iterator[None]:
        """Let one alone answer."""
        others = [pid for pid in self.find_workers() if pid != worker]
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        try:
            while any(read_state(pid) != "T" for pid in others):
                pass
            yield
        finally:
            for pid in others:
                os.kill(pid, signal.SIGCONT)

    def ask(self, path: str, **named: object) -> Response:
        """Over a connection of its own."""
        with Client(base_url=self.address, trust_env=False, timeout=LONGEST) as client:
            return client.get(path, **named)  # type: ignore[arg-type]

    def count(self, name: str) -> float:
        families = text_string_to_metric_families(self.ask("/metrics").text)
        return sum(one.value for family in families for one in family.samples if one.name == name)

    def close(self) -> None:
        for pid in self.find_workers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.process.terminate()
        self.process.wait(LONGEST)
        self._reading.join()
        assert self.process.stderr is not None
        self.process.stderr.close()


Start = Callable[..., Server]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a server of several processes over an index of its own, with flags; all are ready."""
    build(write_corpus(tmp_path / "corpus"), tmp_path / "index")
    servers: list[Server] = []

    def run(*flags: object, workers: int = 2) -> Server:
        server = Server(tmp_path, "--workers", workers, *flags)
        servers.append(server)
        server.wait_for("Started server process", workers)
        return server

    yield run
    for server in servers:
        server.close()


def read_state(pid: int) -> str:
    """The letter that /proc has for what a process does, "" where there is none."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return status.rpartition(")")[2].split()[0]


def publish(server: Server, text: str) -> str:
    """A build with one more document; its id."""
    (server.folder / "corpus" / f"{text.split()[0]}.txt").write_text(f"{text}\n", encoding="utf-8")
    return build(server.folder / "corpus", server.folder / "index").build


def ask_each(server: Server, path: str, times: int = 1, **named: object) -> list[int]:
    """What each process answers, so many times."""
    told: list[int] = []
    for worker in server.find_workers():
        with server.only(worker):
            told += [server.ask(path, **named).status_code for _ in range(times)]
    return told


def test_each_counts_what_all_answered_also_one_that_was_killed(start: Start) -> None:
    server = start()
    assert ask_each(server, "/api/search?q=lamp", 3) == [200] * 6
    for worker in server.find_workers():
        with server.only(worker):
            assert server.count("winnow_searches_total") == 6
    os.kill(server.find_workers()[0], signal.SIGKILL)
    assert server.count("winnow_searches_total") == 6


def test_connections_that_come_at_once_are_shared_out(start: Start) -> None:
    server = start()
    # A process that gets no turn of the processor for a while takes none of them.
    assert any(count_fewest_taken(server) > 1 for _ in range(10))


def count_fewest_taken(server: Server) -> int:
    """Of 16 connections at once, those that the process with the fewest has."""
    with ExitStack() as open_ones:
        clients = [open_ones.enter_context(closing(connect(server.address))) for _ in range(16)]
        for client in clients:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert all(client.recv(65536).startswith(b"HTTP/1.1 200 ") for client in clients)
        (path,) = (server.folder / "tmp").glob("winnow-*/held")
        return min(array("I", path.read_bytes())[2::3])


def catch_holding(server: Server) -> int:
    """Have a process stand still while it holds a turn; that one."""
    (path,) = (server.folder / "tmp").glob("winnow-*/held")
    workers = server.find_workers()

    def find_holders() -> list[int]:
        turns = array("I", path.read_bytes())[::3]
        return [worker for worker, held in zip(workers, turns, strict=True) if held]

    def ask_long() -> None:
        with suppress(Exception), Client(base_url=server.address, timeout=LONGEST) as client:
            client.post("/api/search/batch", json=LONG)

    while True:
        asking = threading.Thread(target=ask_long, daemon=True)
        asking.start()
        while asking.is_alive() and not find_holders():
            pass
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        holders = find_holders()
        for worker in workers:
            if worker not in holders:
                os.kill(worker, signal.SIGCONT)
        if holders:
            return holders[0]
        asking.join()


def test_another_is_started_where_one_was_killed_and_its_turn_is_free_again(start: Start) -> None:
    server = start("--concurrency", 1, "--queue", 0)
    holder = catch_holding(server)
    assert server.ask("/api/search?q=lamp").status_code == 503
    os.kill(holder, signal.SIGKILL)
    server.wait_for("ended (SIGKILL): starting another")
    server.wait_for("Started server process", 3)
    assert holder not in server.find_workers()
    assert len(server.find_workers()) == 2
    assert server.count("winnow_requests_in_progress") == 0
    assert ask_each(server, "/api/search?q=lamp") == [200, 200]


def test_one_that_is_started_again_counts_on_in_the_same_files(start: Start) -> None:
    server = start()
    assert ask_each(server, "/api/search?q=lamp") == [200, 200]
    (counts,) = (server.folder / "tmp").glob("winnow-*/counts")
    before = sorted(path.name for path in counts.iterdir())
    for times, worker in enumerate(server.find_workers(), start=3):
        os.kill(worker, signal.SIGKILL)
        server.wait_for("Started server process", times)
    assert ask_each(server, "/api/search?q=lamp") == [200, 200]
    assert sorted(path.name for path in counts.iterdir()) == before
    assert server.count("winnow_searches_total") == 4


def test_a_new_build_is_hashed_once_and_served_by_all(start: Start) -> None:
    server = start(workers=3)
    first = server.ask("/api/info").json()["build"]
    published = publish(server, "Volcano ash fell on the vineyards for eleven days and more.")
    server.wait_for(f"build={published}", 3)
    assert ask_each(server, "/readyz") == [200] * 3
    for worker in server.find_workers():
        with server.only(worker):
            assert server.ask("/api/search?q=lamp").json()["build"] == published
            assert server.ask(f"/api/search?q=lamp&build={first}").json()["build"] == first


def test_what_one_has_answered_from_another_can_be_asked_for(start: Start) -> None:
    server = start()
    one, other = server.find_workers()
    with server.only(one):
        published = publish(server, "Volcano ash fell on the vineyards for eleven days and more.")
        server.wait_for(f"build={published}")
    with server.only(other):
        told = server.ask(f"/api/search?q=volcano&build={published}")
    assert told.json()["build"] == published


def test_a_damaged_build_is_refused_once_and_for_all(start: Start) -> None:
    server = start()
    first = server.ask("/api/info").json()["build"]
    os.kill(server.process.pid, signal.SIGSTOP)
    damaged = publish(server, "Broken builds are never served, whatever they hold inside them.")
    flip_byte(server.folder / "index/builds" / damaged / "positions.npy", -1)
    os.kill(server.process.pid, signal.SIGCONT)
    server.wait_for("the build in use stays")
    whole = publish(server, "Repaired at last, the index answers again as it did before that.")
    server.wait_for(f"build={whole}", 2)
    assert len([line for line in server.log if "stays" in line]) == 1
    assert not any(f"build={damaged}" in line for line in server.log)
    assert server.ask(f"/api/info?build={first}").status_code == 200


def test_no_request_fails_while_builds_are_published(start: Start) -> None:
    server = start(workers=3)
    told: list[Response] = []
    done = threading.Event()

    def ask() -> None:
        with Client(base_url=server.address, timeout=LONGEST) as client:
            while not done.is_set():
                told.append(client.get("/api/search?q=whale+oil"))

    def wait_until_answered_by(build: str) -> None:
        while all(thread.is_alive() for thread in asking):
            if told and told[-1].json().get("build") == build:
                return

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    builds = {server.ask("/api/info").json()["build"]}
    wait_until_answered_by(max(builds))
    for number in range(3):
        builds.add(publish(server, f"New{number} texts came by sledge and were read by all of us."))
        server.wait_for(f"build={max(builds)}", 3)
        wait_until_answered_by(max(builds))
    done.set()
    for thread in asking:
        thread.join()
    assert {answer.status_code for answer in told} == {200}
    assert {answer.json()["build"] for answer in told} == builds


def test_who_asks_too_often_cannot_go_to_another_process(start: Start) -> None:
    # Few, so that all are asked long before there is another one.
    server = start("--rate", 2, "--trusted-proxy", "127.0.0.1", "--allow-anonymous")
    assert ask_each(server, "/api/info", 2, headers=FROM_AFAR) == [200] * 2 + [429] * 2


def test_a_key_shown_to_one_is_known_to_all_until_signed_out(start: Start, secret: str) -> None:
    server = start("--keys", "keys.json")
    one, other = server.find_workers()
    assert ask_each(server, "/api/info") == [401, 401]
    with server.only(one), Client(base_url=server.address, timeout=LONGEST) as client:
        shown = client.post("/login", data={"key": secret})
        cookies = {"Cookie": shown.headers["Set-Cookie"].split(";")[0]}
    with server.only(other):
        assert server.ask("/about", headers=cookies).status_code == 200


def test_once_there_was_a_key_one_started_later_asks_for_one_too(
    start: Start, keys: KeyFile, secret: str
) -> None:
    assert secret
    server = start("--keys", "keys.json")
    keys.revoke("ann")
    os.kill(server.find_workers()[0], signal.SIGKILL)
    server.wait_for("Started server process", 3)
    assert ask_each(server, "/api/info") == [401, 401]


def find_alive(pids: Sequence[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}/cmdline").exists()]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_all_end_and_leave_nothing_behind(start: Start, told: signal.Signals) -> None:
    server = start()
    workers = server.find_workers()
    server.process.send_signal(told)
    assert server.process.wait(LONGEST) == 0
    assert find_alive(workers) == []
    assert list((server.folder / "tmp").iterdir()) == []


def test_none_outlives_the_one_that_started_them(start: Start) -> None:
    server = start()
    workers = server.find_workers()
    server.process.kill()
    server.process.wait()
    # One that has ended may stay listed, as Z, until its new parent looks.
    while any(read_state(pid) not in ("", "Z") for pid in workers):
        pass


def test_what_a_killed_server_left_behind_is_removed_by_the_next_one(start: Start) -> None:
    killed = start()
    killed.process.kill()
    killed.process.wait()
    (left,) = (killed.folder / "tmp").iterdir()
    server = start()
    (own,) = (server.folder / "tmp").iterdir()
    assert own != left


def test_a_folder_that_no_server_made_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "winnow-postgres-1"
    other.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with make_shared_folder():
        assert other.is_dir()


def test_without_a_place_for_what_they_share_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(ServiceError) as refused, make_shared_folder():
        pass
    assert "nowhere" in refused.value.message and "TMPDIR" in refused.value.hint


def test_folders_of_killed_servers_alone_are_removed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("winnow-serving-killed", "winnow-index", "winnow-postgres-data"):
        (tmp_path / name).mkdir()
    with make_shared_folder() as folder, make_shared_folder() as other:
        left = {path.name for path in tmp_path.iterdir()}
        assert left == {"winnow-index", "winnow-postgres-data", folder.name, other.name}


def test_where_none_can_answer_the_reason_is_told_once(tmp_path: Path) -> None:
    build(write_corpus(tmp_path / "corpus"), tmp_path / "index")
    server = Server(tmp_path, "--workers", 3, "--encoder", "nowhere/at-all")
    assert server.process.wait(LONGEST) == 1
    server.close()
    assert "".join(server.log).count("winnow: ") == 1
    assert "nowhere/at-all" in server.log[0] and "hint:" in server.log[1]
