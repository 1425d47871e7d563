"""Builds into one database that meet another, are killed, cut off or find no room: whatever comes
of them, the build before is live, and the next one leaves nothing of theirs.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings.builds import Builds, open_builds
from embeddings.encoders import Encoder
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import (
    EncoderMismatch,
    IndexBusy,
    IndexFormat,
    IndexOfOtherRoots,
    IndexUnreachable,
    IndexUnwritable,
)
from embeddings.index.postgres.client import Database
from embeddings.index.postgres.schema import Tables
from service.live import Live
from service.query import Query
from tests.cluster.editions import write_edition
from tests.cluster.holding import MOMENTS, holding
from tests.cluster.relays import run_relay
from tests.cluster.servers import Server
from tests.cluster.waiting import wait_for
from tests.embeddings.building import build, sources_of, write_files
from tests.service.cli.conftest import make_environment, run_winnow

pytestmark = pytest.mark.cluster
_REGISTRY = {"builds", "live", "version"}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_edition(tmp_path / "corpus", "one")


@pytest.fixture
def builds(database_address: str, tmp_path: Path, corpus: Path) -> Builds:
    """Those of a fresh database that holds an index of the corpus, which has changed since."""
    made = open_builds(database_address, tmp_path / "work")
    build(corpus, made)
    write_edition(corpus, "two")
    return made


@contextmanager
def _started(folder: Path, address: str) -> Iterator[subprocess.Popen[str]]:
    """`winnow build` of the corpus as a process of its own."""
    command = [sys.executable, "-m", "service", "build", "corpus", "--encoder", "hashing"]
    with subprocess.Popen(
        [*command, "--index", address],
        cwd=folder,
        env=make_environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _list_left(address: str, builds: Builds) -> set[str]:
    """The tables in the schema that are of no finished build, nor of the registry."""
    database = Database(address)
    statement = "SELECT tablename FROM pg_tables WHERE schemaname = $1"
    found = {name for (name,) in database.ask_primary([(statement, (database.schema,))])[0]}
    database.close()
    finished = [Tables("winnow", one).all for one in builds.finished()]
    return found - _REGISTRY - {name.partition(".")[2] for names in finished for name in names}


def test_of_two_builds_at_once_one_is_published_and_the_other_told(
    builds: Builds, database_address: str, tmp_path: Path
) -> None:
    first = builds.live_id()
    with _started(tmp_path, database_address) as process:
        with holding(database_address, "when its rows are written") as held:
            held.wait()
            other = run_winnow(
                *(tmp_path, "build", "corpus", "--encoder", "hashing"),
                *("--index", database_address),
            )
            assert other.returncode == 1
            assert "another build is being written" in other.stderr
            assert "wait until it has finished" in other.stderr
            assert builds.live_id() == first
        assert process.wait(60) == 0, process.stderr
    assert builds.finished() == [first, builds.live_id()]
    assert builds.verify().build != first
    assert not _list_left(database_address, builds)
    (workspace,) = (tmp_path / "index").iterdir()
    assert list(workspace.iterdir()) == []


@pytest.mark.parametrize("moment", ["when its rows are written", "when it is published"])
def test_a_killed_build_leaves_the_one_before_and_the_next_sweeps(
    builds: Builds, database_address: str, tmp_path: Path, corpus: Path, moment: str
) -> None:
    first = builds.live_id()
    with holding(database_address, moment) as held:
        with _started(tmp_path, database_address) as process:
            held.wait()
            process.send_signal(signal.SIGKILL)
        assert builds.live_id() == first
        # Its connection is noticed to be gone though its statement waits.
        wait_for(lambda: not builds.is_being_written())
    assert builds.verify().build == first and builds.finished() == [first]
    (workspace,) = (tmp_path / "index").iterdir()
    again = open_builds(database_address, workspace)
    second = build(corpus, again).manifest.build
    assert again.verify().build == second and again.finished() == [first, second]
    assert not _list_left(database_address, again)
    assert list(workspace.iterdir()) == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_build_whose_connection_is_cut_says_so_and_publishes_nothing(
    builds: Builds,
    postgres: Server,
    database_name: str,
    database_address: str,
    tmp_path: Path,
    corpus: Path,
    moment: str,
) -> None:
    first = builds.live_id()
    with run_relay(postgres.port) as relay, ThreadPoolExecutor(1) as pool:
        address = postgres.address(database_name, "", relay.place)
        with holding(database_address, moment) as held:
            building = pool.submit(build, corpus, open_builds(address, tmp_path / "work"))
            held.wait()
            relay.cut()
            with pytest.raises(IndexUnreachable, match="was lost") as told:
                building.result(60)
            assert relay.place in told.value.message and "build again" in told.value.hint
            wait_for(lambda: not builds.is_being_written())
    assert builds.verify().build == first and builds.finished() == [first]
    second = build(corpus, builds).manifest.build
    assert builds.finished() == [first, second]
    assert not _list_left(database_address, builds)


@pytest.fixture
def little_room(postgres: Server, database_name: str) -> Iterator[None]:
    """New tables of the database go where there is room for few rows."""
    if os.geteuid() != 0:
        pytest.skip("a file system of its own takes root")
    folder = postgres.data.with_name("little")
    folder.mkdir()
    owner = f"size=256k,uid={postgres.programs.account['user']}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", owner, "tmpfs", str(folder)], check=True)
    try:
        postgres.sql(f"CREATE TABLESPACE little LOCATION '{folder}'")
        postgres.sql(f"ALTER DATABASE {database_name} SET default_tablespace = little")
        yield
        postgres.sql(f"ALTER DATABASE {database_name} RESET default_tablespace")
        postgres.sql("DROP TABLESPACE little")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_nothing_is_left(
    builds: Builds, database_address: str, corpus: Path, little_room: None
) -> None:
    first = builds.live_id()
    with pytest.raises(IndexUnwritable, match=r"disk .* is full") as told:
        build(corpus, builds)
    assert "make room" in told.value.hint
    assert builds.verify().build == first and builds.finished() == [first]
    assert not _list_left(database_address, builds)


class _OtherEncoder(HashingEncoder):
    """The same arithmetic under another name, as a retrained model would be."""

    identity = replace(HashingEncoder.identity, name="other", weights_sha256="hashing-2")


def _load_other(name: str) -> Encoder:
    return _OtherEncoder()


def _load_hashing(name: str) -> Encoder:
    return HashingEncoder()


def test_the_index_of_another_encoder_is_refused_with_advice(builds: Builds) -> None:
    with pytest.raises(EncoderMismatch, match=r"hashing.*other") as told:
        Live(builds, _load_other).open()
    assert "build again" in told.value.hint


def test_other_folders_take_the_place_of_an_index_only_when_told_to(
    builds: Builds, tmp_path: Path
) -> None:
    first = builds.live_id()
    other = write_files(tmp_path / "other", {"lamp.txt": "The lamp used four barrels of oil."})
    with pytest.raises(IndexOfOtherRoots) as told:
        build(other, builds)
    assert builds.place in told.value.message and str(other) in told.value.message
    assert "--replace" in told.value.hint and "another index" in told.value.hint
    assert builds.live_id() == first
    assert build(other, builds, replace=True).fresh
    assert sources_of(builds) == ["lamp.txt"]


def test_builds_over_changed_folders_give_what_a_fresh_one_gives(
    builds: Builds, database_address: str, tmp_path: Path, corpus: Path
) -> None:
    """One document stays as it is, one is changed, one removed, one new."""
    write_edition(corpus, "one")
    text = (corpus / "bridge.txt").read_text(encoding="utf-8")
    write_files(corpus, {"bridge.txt": text.replace("masons", "divers"), "copy.txt": text})
    (corpus / "market.txt").unlink()
    report = build(corpus, builds)
    changes = report.changes
    assert (changes.new, changes.changed, changes.removed, changes.unchanged) == (1, 1, 1, 14)
    assert report.encoded < report.manifest.counts["passages"]
    fresh = open_builds(f"{database_address}?schema=fresh", tmp_path / "fresh")
    assert build(corpus, fresh).manifest.files == report.manifest.files
    assert not build(corpus, builds).fresh


def test_a_server_goes_on_after_a_later_version_has_changed_the_database(
    builds: Builds, corpus: Path, database_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = builds.live_id()
    second = build(corpus, builds).manifest.build
    live = Live(open_builds(database_address), _load_hashing)
    live.open()
    database = Database(database_address)
    with database.session() as session:
        session.execute("UPDATE winnow.version SET number = 99")
        session.execute("UPDATE winnow.live SET build = $1, turn = turn + 1", first)
    live.settle()
    assert live.searcher.search(Query("Who built the bridge?")).build == second == live.check()
    assert "version 99" in caplog.text and "stays" in caplog.text
    with pytest.raises(IndexFormat, match="version 99") as told:
        build(corpus, builds, rehash=True)
    assert "use the version of Winnow that made it" in told.value.hint
    live.close()
    database.close()


def test_another_schema_is_written_meanwhile(
    builds: Builds, database_address: str, tmp_path: Path, corpus: Path
) -> None:
    apart = open_builds(f"{database_address}?schema=apart", tmp_path / "apart")
    with builds.writer():
        with pytest.raises(IndexBusy), open_builds(database_address, tmp_path).writer():
            pass
        assert build(corpus, apart).fresh
