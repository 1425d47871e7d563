"""A build that is killed at any moment leaves a whole index behind, the old or the new."""

import os
import subprocess
import sys

import pytest

from embeddings.artifact import Artifact
from tests.conftest import TINY_CORPUS
from tests.embeddings.building import build, write_files

FIRST = {"first.txt": "A first text more, so that there is something to build."}

# Builds folder argv[1] into argv[2] and dies at call argv[3] of fsync, as by kill -9.
DYING_BUILD = """
import os, sys
from pathlib import Path
from embeddings.artifact import Artifact
from tests.embeddings.building import build

left = int(sys.argv[3])

def die(descriptor):
    global left
    left -= 1
    if left == 0:
        os._exit(9)

os.fsync = die
build(Path(sys.argv[1]), Artifact(Path(sys.argv[2])))
print(-left)
"""


def run_until(artifact: Artifact, call: int) -> subprocess.CompletedProcess[str]:
    corpus = artifact.directory.parent / "corpus"
    return subprocess.run(
        [sys.executable, "-c", DYING_BUILD, corpus, artifact.directory, str(call)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def total(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How often the second build of the tiny corpus calls fsync."""
    folder = tmp_path_factory.mktemp("whole")
    artifact = Artifact(folder / "index")
    build(write_files(folder / "corpus", TINY_CORPUS), artifact)
    write_files(folder / "corpus", FIRST)
    whole = run_until(artifact, 0)
    assert whole.returncode == 0, whole.stderr
    return int(whole.stdout)


@pytest.mark.parametrize(
    ("calls_before_the_end", "published"),
    [
        pytest.param(12, False, id="while the files are written"),
        pytest.param(3, False, id="before the build has its name"),
        pytest.param(2, False, id="when it has its name"),
        pytest.param(1, False, id="before current names it"),
        pytest.param(0, True, id="when current names it"),
    ],
)
def test_a_killed_build_leaves_the_old_index_or_the_new_one_whole(
    tiny_artifact: Artifact, total: int, calls_before_the_end: int, published: bool
) -> None:
    corpus = tiny_artifact.directory.parent / "corpus"
    before = tiny_artifact.live_id()
    write_files(corpus, FIRST)
    killed = run_until(tiny_artifact, total - calls_before_the_end)
    assert killed.returncode == 9, killed.stderr
    assert (tiny_artifact.live_id() != before) is published
    tiny_artifact.verify()
    assert tiny_artifact.manifest().counts["documents"] == (6 if published else 5)
    build(corpus, tiny_artifact)
    assert tiny_artifact.verify().counts["documents"] == 6
    names = [path.name for path in (tiny_artifact.directory / "builds").iterdir()]
    assert not any(name.startswith(".") for name in names)
