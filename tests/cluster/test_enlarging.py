"""Made passages go into a database too, and the time of each part of that is known."""

from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.builds import open_builds
from embeddings.index.postgres.schema import KEYS
from tests.benchmarks.cluster import SessionClock
from tests.benchmarks.enlarge import enlarge
from tests.browser.serving import publish

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).parents[2]
MADE = 300


def test_a_database_takes_made_passages(database_address: str, tmp_path: Path) -> None:
    publish(ROOT / "seeds", tmp_path / "index", "hashing")
    builds, clock = open_builds(database_address, tmp_path / "work"), SessionClock()
    with clock.running():
        manifest, seconds = enlarge(Artifact(tmp_path / "index"), builds, MADE)
    assert builds.verify() == manifest
    assert manifest.counts["passages"] == MADE
    assert {f"COPY into {name}" for name in KEYS} < set(clock.seconds)
    assert clock.seconds["keys"] > 0
    assert seconds["all after encoding"] >= sum(clock.seconds.values())
