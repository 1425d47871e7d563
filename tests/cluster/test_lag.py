"""What a standby that is behind says of builds is not believed: the primary's word counts."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from embeddings.builds import Builds, open_builds
from embeddings.errors import IndexDamaged
from embeddings.index.postgres.registry import Registry
from embeddings.index.postgres.writing import DatabaseWriter
from tests.cluster.publishing import make_manifest, publish
from tests.cluster.servers import Cluster, Server
from tests.cluster.waiting import wait_for
from tests.contracts.contents import make_contents

pytestmark = pytest.mark.cluster


@pytest.fixture
def lagging(steady_cluster: Cluster) -> Iterator[Cluster]:
    """A cluster whose standbys hold the first of two builds alone; schema `lag`."""
    builds = open_builds(steady_cluster.address(parameters="schema=lag"), Path())
    publish(builds, make_contents(seed=1))
    steady_cluster.settle()
    for standby in steady_cluster.standbys:
        _pause(standby)
    yield steady_cluster
    for standby in steady_cluster.standbys:
        standby.sql("SELECT pg_wal_replay_resume()")
    steady_cluster.primary.sql("DROP SCHEMA lag CASCADE")


def _pause(standby: Server) -> None:
    standby.sql("SELECT pg_wal_replay_pause()")
    paused = partial(standby.sql, "SELECT pg_get_wal_replay_pause_state() = 'paused'")
    wait_for(lambda: paused() == "t")


def _open(cluster: Cluster) -> Builds:
    return open_builds(cluster.address(parameters="schema=lag"), Path())


def test_a_build_that_standbys_lack_is_opened_and_checked(lagging: Cluster) -> None:
    manifest, _ = publish(_open(lagging), make_contents(seed=2))
    for _ in lagging.servers:  # each is asked first in its turn
        builds = _open(lagging)
        assert builds.open()[0] == manifest
        builds.check_files(manifest)


def test_the_build_before_is_the_one_before_on_the_primary(lagging: Cluster) -> None:
    second, _ = publish(_open(lagging), make_contents(seed=2))
    third, _ = publish(_open(lagging), make_contents(seed=3))
    builds = _open(lagging)
    assert builds.live_id() == third.build
    assert builds.rollback() == second.build


def test_a_schema_that_is_made_anew_is_taken_as_it_is(lagging: Cluster) -> None:
    builds = _open(lagging)
    publish(builds, make_contents(seed=2))
    lagging.primary.sql("DROP SCHEMA lag CASCADE")
    made, _ = publish(_open(lagging), make_contents(seed=3))
    assert builds.live_id() == made.build


def test_a_commit_that_was_interrupted_leaves_what_it_published(
    lagging: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds, contents = _open(lagging), make_contents(seed=2)
    commit = Registry.publish

    def commit_and_stop(registry: Registry, build: str) -> None:
        commit(registry, build)
        raise KeyboardInterrupt

    monkeypatch.setattr(Registry, "publish", commit_and_stop)
    with pytest.raises(KeyboardInterrupt), builds.writer() as writer:
        assert isinstance(writer, DatabaseWriter)
        manifest = make_manifest(writer.begin(), contents)
        facts = writer.add(contents, 0.99)
        manifest.vectors.update({name: {"kind": one.kind} for name, one in facts.items()})
        writer.verify(manifest)
        writer.publish()
    assert builds.live_id() == manifest.build
    builds.check_files(manifest)


def test_a_build_that_is_nowhere_whole_is_told(lagging: Cluster) -> None:
    builds = _open(lagging)
    manifest, _ = publish(builds, make_contents(seed=2))
    table = f"lag.terms_{manifest.build.lower().replace('-', '_')}"
    lagging.primary.sql(f"DROP TABLE {table}")
    with pytest.raises(IndexDamaged, match="is not whole"):
        builds.check_files(manifest)
