"""Servers over one database answer while its servers and lines fail and builds are published."""

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import Client

from embeddings.builds import open_builds
from embeddings.errors import IndexUnreachable
from tests.cluster.editions import QUESTIONS, write_edition
from tests.cluster.namespaces import CAN_BE_MADE, lay_line
from tests.cluster.readers import reading
from tests.cluster.relays import Relay, run_relay
from tests.cluster.servers import PASSWORD, Cluster, Server
from tests.cluster.waiting import wait_for
from tests.embeddings.building import build
from tests.reliability.served import Served, serving
from tests.service.cli.conftest import run_winnow

pytestmark = pytest.mark.cluster
_IN_ADDRESS = quote(PASSWORD, safe="")


def _ask(server: str, path: str) -> tuple[int, dict[str, Any]]:
    with Client(base_url=server, trust_env=False, timeout=60) as client:
        answer = client.get(path)
    return answer.status_code, answer.json()


def _find_build(server: str) -> str:
    status, told = _ask(server, f"/api/search?q={quote(QUESTIONS[0])}")
    assert status == 200, told
    return str(told["build"])


def _run(folder: Path, address: str, *arguments: object) -> str:
    """What a command that must succeed prints."""
    done = run_winnow(folder, *arguments, "--index", address)
    assert done.returncode == 0, done.stderr
    assert PASSWORD not in done.stderr and _IN_ADDRESS not in done.stderr
    return done.stdout


def _publish(folder: Path, address: str, edition: str) -> str:
    """Make an index of an edition, in this process; the id of the build."""
    builds = open_builds(address, folder / "work")
    return build(write_edition(folder / "corpus", edition), builds).manifest.build


@contextmanager
def _serve(address: str, folder: Path, count: int) -> Iterator[list[str]]:
    """So many `winnow serve` over a database, by the addresses where they answer."""
    with ExitStack() as stack:
        logs = [folder / f"{number}.log" for number in range(count)]
        with ThreadPoolExecutor(count) as pool:
            starting = pool.map(lambda log: stack.enter_context(serving(address, log, 1)), logs)
            servers = list(starting)
        yield [server.address for server in servers]
        told = "".join(log.read_text() for log in logs)
    assert PASSWORD not in told and _IN_ADDRESS not in told
    assert "Traceback" not in told


@dataclass(frozen=True)
class _Place:
    """Two servers over a primary and two standbys, each reached by a relay of its own."""

    folder: Path
    address: str
    servers: Sequence[str]
    relays: Sequence[Relay]


@pytest.fixture(scope="module")
def place(steady_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Place]:
    """What the tests share that leave it as it was, but for builds."""
    folder = tmp_path_factory.mktemp("served")
    address = steady_cluster.address("postgres", "schema=served")
    _publish(folder, address, "zero")
    steady_cluster.settle()
    with ExitStack() as stack:
        relays = [stack.enter_context(run_relay(one.port)) for one in steady_cluster.servers]
        behind = ",".join(relay.place for relay in relays)
        relayed = steady_cluster.primary.address("postgres", "schema=served", behind)
        servers = stack.enter_context(_serve(relayed, folder, 2))
        yield _Place(folder, address, servers, relays)


def test_searches_outlive_a_standby_and_the_primary_and_a_build_follows(
    cluster: Cluster, tmp_path: Path
) -> None:
    address = cluster.address("postgres", "schema=served")
    made = [_publish(tmp_path, address, edition) for edition in ("one", "two")]
    cluster.settle()
    with _serve(address, tmp_path, 2) as servers, reading(servers) as readers:
        cluster.standbys[0].kill()
        readers.wait_for_more()
        cluster.primary.kill()
        readers.wait_for_more()
        with pytest.raises(IndexUnreachable) as told:
            _publish(tmp_path, address, "three")
        assert "promote a standby" in told.value.hint
        cluster.standbys[1].promote()
        _run(tmp_path, address, "build", "corpus", "--encoder", "hashing")
        builds = open_builds(address)
        made.append(builds.live_id())
        readers.wait_for_build(made[2])
        assert set(readers.editions) == set(made[1:])
    assert builds.finished() == made
    for one in made:
        builds.verify(one)


def test_a_line_that_is_cut_or_silent_fails_no_search(place: _Place) -> None:
    with reading(place.servers) as readers:
        for relay in place.relays:
            relay.cut()
            readers.wait_for_more()
            relay.mend()
        place.relays[1].swallow()
        readers.wait_for_more(200)
        place.relays[1].mend()
        readers.wait_for_more()


def test_a_slow_standby_fails_no_search(place: _Place) -> None:
    with reading(place.servers) as readers:
        place.relays[2].delay = 1.0
        readers.wait_for_more(200)
        place.relays[2].mend()
        readers.wait_for_more()


@pytest.mark.skipif(not CAN_BE_MADE, reason="a network namespace takes root and `ip`")
def test_a_cut_network_fails_no_search(steady_cluster: Cluster, tmp_path: Path) -> None:
    """One standby is in another network, and its line is cut: no packet comes, no refusal."""
    with ExitStack() as stack:
        line = stack.enter_context(lay_line())
        far = stack.enter_context(run_relay(steady_cluster.standbys[0].port, None, line.listener))
        places = f"{far.place},{steady_cluster.primary.place},{steady_cluster.standbys[1].place}"
        address = steady_cluster.primary.address("postgres", "schema=apart", places)
        _publish(tmp_path, address, "far")
        steady_cluster.settle()
        servers = stack.enter_context(_serve(address, tmp_path, 1))
        readers = stack.enter_context(reading(servers))
        assert far.asked
        line.cut()
        readers.wait_for_more(200)
        line.mend()
        asked = far.asked
        wait_for(lambda: far.asked > asked)
        readers.wait_for_more()


def test_answers_are_of_one_build_while_others_are_published_and_gone_back_to(
    place: _Place,
) -> None:
    first = open_builds(place.address).live_id()
    with reading(place.servers) as readers:
        made = [_publish(place.folder, place.address, edition) for edition in ("one", "two")]
        readers.wait_for_build(made[1])
        _run(place.folder, place.address, "rollback")
        readers.wait_for_build(made[0])
        assert set(readers.editions) <= {first, *made}


def test_a_server_is_ready_as_long_as_its_database_answers(
    own_server: Server, tmp_path: Path
) -> None:
    address = own_server.address()
    _publish(tmp_path, address, "one")
    with _serve(address, tmp_path, 1) as (server,):
        assert _ask(server, "/readyz")[0] == 200
        own_server.kill()
        for path in ("/readyz", f"/api/search?q={quote(QUESTIONS[0])}"):
            status, told = _ask(server, path)
            assert (status, told["error"]["code"]) == (503, "index_unavailable")
            assert own_server.place not in str(told)
            assert PASSWORD not in str(told) and _IN_ADDRESS not in str(told)
        assert _ask(server, "/healthz")[0] == 200
        own_server.start()
        wait_for(lambda: _ask(server, "/readyz")[0] == 200)
        assert _find_build(server)


def test_a_server_that_cannot_start_says_what_is_missing(
    own_server: Server, tmp_path: Path
) -> None:
    def refuse() -> str:
        done = run_winnow(tmp_path, "serve", "--port", "0", "--index", own_server.address())
        assert done.returncode == 1
        assert own_server.place in done.stderr and "Traceback" not in done.stderr
        assert PASSWORD not in done.stderr and _IN_ADDRESS not in done.stderr
        return done.stderr

    assert "build one: winnow build" in refuse()
    own_server.kill()
    assert "see that one of its servers runs" in refuse()


def test_the_processes_of_a_server_know_no_password_and_take_up_what_is_published(
    database_address: str, tmp_path: Path
) -> None:
    first = _publish(tmp_path, database_address, "one")
    log = tmp_path / "log"
    with serving(database_address, log, 2) as served:
        workers = served.list_processes()[1:]
        assert len(workers) == 2
        for process in workers:
            shown = (process / "cmdline").read_text() + (process / "environ").read_text()
            assert PASSWORD not in shown and _IN_ADDRESS not in shown
        assert _find_builds(served, workers) == {first}
        second = _publish(tmp_path, database_address, "two")
        wait_for(lambda: _find_builds(served, workers) == {second})
    assert PASSWORD not in log.read_text() and _IN_ADDRESS not in log.read_text()


def _find_builds(served: Served, workers: Sequence[Path]) -> set[str]:
    """The builds that each process answers from, the others stopped meanwhile."""
    found = set()
    for process in workers:
        others = [int(other.name) for other in workers if other != process]
        for other in others:
            os.kill(other, signal.SIGSTOP)
        try:
            found.add(_find_build(served.address))
        finally:
            for other in others:
                os.kill(other, signal.SIGCONT)
    return found
