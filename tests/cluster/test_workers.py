"""A build over many workers gives the index of one process, and loses no more than a shard."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from embeddings import processes
from embeddings.artifact import Artifact
from embeddings.build import BuildReport, build_index
from embeddings.encoders import DEFAULT_ENCODER, load_encoder, load_tokenizer
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import WorkersFailed
from embeddings.records import Vectors
from embeddings.shards import cutting
from embeddings.shards.crew import Crew
from embeddings.shards.cutting import Shard
from embeddings.shards.workers import Keep, Workers
from tests.cluster.nodes import RayNodes, ray_nodes
from tests.cluster.ray_build import SHARD_BYTES
from tests.embeddings.building import build, contents_of, flip_byte, write_files

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).parents[2]
FILES = 24
NO_CLUSTER = "ray://127.0.0.1:9"
STORY = (
    "In the year {0} keeper number {0} of house {1} counted {2} ships. He wrote down the names of "
    "{0} of them, and of house {1} he told that its lamp was lit {2} times."
)
FOOTER = "This house is kept by the society of lighthouses, whose members are thanked for it."
PAGE = "<h1>Lamps</h1><p>A lamp of the first order is as tall as two men, and burns oil.</p>"


class _Watched(Crew):
    """Processes, of which one is killed when the first shard is there; notes what is kept."""

    def __init__(self, kill: bool = False) -> None:
        super().__init__(2, "cpu")
        self.kept: list[str] = []
        self._kill = kill

    def make(self, shards: Sequence[Shard], keep: Keep) -> Iterator[str]:
        def noted(shard: Shard, made: bytes) -> None:
            self.kept.append(shard.id)
            keep(shard, made)

        for name in super().make(shards, noted):
            if self._kill:
                self._kill = False
                os.kill(_list_workers(os.getpid())[0], signal.SIGKILL)
            yield name


def _list_workers(starter: int) -> list[int]:
    """The processes that make shards for another one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if (
                int(parent) == starter
                and b"embeddings.shards.worker" in (folder / "cmdline").read_bytes()
            ):
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _write(folder: Path, files: int = FILES) -> Path:
    """One file a shard. Half of them end with one line, some begin alike, and one is a page."""
    told = {}
    for i in range(files):
        number = i - 1 if i % 6 == 1 else i  # the one before again, in other words at its end
        paragraphs = [STORY.format(1700 + j, number, i * j + 3) for j in range(5)]
        paragraphs += [STORY.format(1800 + j, number, number * j + 3) for j in range(80)]
        told[f"{i:02}.txt"] = "\n\n".join([*paragraphs, *([FOOTER] if i % 2 else [])])
    return write_files(folder, {**told, "page.html": PAGE, "broken.pdf": b"%PDF-1.4 nothing"})


def _build(folder: Path, artifact: Artifact, workers: Workers) -> BuildReport:
    encoder = HashingEncoder()
    return build_index([folder], artifact, lambda: encoder, encoder, "hashing", workers=workers)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write(tmp_path_factory.mktemp("many") / "corpus")


@pytest.fixture(scope="module")
def plain(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What one process makes of it."""
    artifact = Artifact(tmp_path_factory.mktemp("plain"))
    build(corpus, artifact)
    return contents_of(artifact)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "SHARD_BYTES", SHARD_BYTES)


def test_processes_make_the_index_of_one_and_one_that_is_killed_costs_its_shard_alone(
    corpus: Path,
    plain: dict[str, object],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    workers = _Watched(kill=True)
    report = _build(corpus, Artifact(tmp_path), workers)
    ended = [one for one in caplog.messages if "a worker ended (SIGKILL)" in one]
    assert len(ended) == 1
    assert len(workers.kept) == len(set(workers.kept)) >= FILES // 2
    assert report.encoded == 0
    assert contents_of(Artifact(tmp_path)) == plain
    assert plain["counts"]["folded"] and plain["unreadable"]  # type: ignore[index]
    assert not (tmp_path / "shards").exists()
    assert _list_workers(os.getpid()) == []


# Builds folder argv[1] into argv[2] by two processes.
BUILD = """
import sys
from pathlib import Path
from embeddings.artifact import Artifact
from embeddings.shards import cutting
from embeddings.shards.crew import Crew
from tests.cluster.test_workers import _build

cutting.SHARD_BYTES = int(sys.argv[3])
class Telling(Crew):
    def make(self, shards, keep):
        for name in super().make(shards, keep):
            print(name, flush=True)
            yield name
_build(Path(sys.argv[1]), Artifact(Path(sys.argv[2])), Telling(2, "cpu"))
"""


def test_a_build_that_was_killed_has_only_the_rest_made(
    corpus: Path, plain: dict[str, object], tmp_path: Path
) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(corpus), str(tmp_path), str(SHARD_BYTES)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert killed.stdout is not None
    for _ in range(3):
        assert killed.stdout.readline().startswith("process")
    workers = _list_workers(killed.pid)
    killed.kill()
    killed.communicate()
    assert len(workers) == 2
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        pass  # they end with the build, whatever they are at
    left = {path.stem for path in (tmp_path / "shards").glob("*.parquet")}
    assert len(left) >= 3
    damaged = sorted(left)[0]
    flip_byte(tmp_path / "shards" / f"{damaged}.parquet", 3000)

    again = _Watched()
    _build(corpus, Artifact(tmp_path), again)
    assert set(again.kept) & left == {damaged}
    assert len(again.kept) == len(set(again.kept))
    assert contents_of(Artifact(tmp_path)) == plain


def test_what_is_new_in_a_second_build_is_made_by_workers_and_the_index_is_that_of_a_first(
    tmp_path: Path,
) -> None:
    corpus, artifact, fresh = _write(tmp_path / "corpus", 6), tmp_path / "a", tmp_path / "b"
    build(corpus, Artifact(artifact))
    _write(
        corpus, 12
    )  # three of the new ones hold the footer, which makes it a line that many share
    (corpus / "00.txt").write_text(STORY.format(1, 2, 3))
    workers = _Watched()
    report = _build(corpus, Artifact(artifact), workers)
    assert workers.kept and report.changes.new == 6
    build(corpus, Artifact(fresh))
    assert contents_of(Artifact(artifact)) == contents_of(Artifact(fresh))


def test_a_shard_that_ends_every_worker_is_named_with_its_files(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = processes.start
    monkeypatch.setattr(processes, "start", lambda module: start("embeddings.records", quiet=True))
    with pytest.raises(WorkersFailed, match=r"ended 3 times at shard \w+ \(.*\.txt"):
        _build(corpus, Artifact(tmp_path), Crew(2, "cpu"))


def test_a_worker_of_another_version_is_refused(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "__version__", "0.0.0")
    with pytest.raises(WorkersFailed, match=r"not 0\.0\.0"):
        _build(corpus, Artifact(tmp_path), Crew(2, "cpu"))


@pytest.mark.model
def test_vectors_of_the_real_model_are_those_of_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "SHARD_BYTES", 4000)
    corpus, encoder, found = ROOT / "seeds", load_encoder(), []
    for place, workers in ((tmp_path / "one", None), (tmp_path / "two", _Watched())):
        artifact = Artifact(place)
        build_index(
            [corpus],
            artifact,
            lambda: encoder,
            load_tokenizer(),
            DEFAULT_ENCODER,
            workers=workers,
        )
        found.append(_read_vectors(artifact))
    (texts, *exact), (others, *close) = found
    assert texts == others
    for one, two in zip(exact, close, strict=True):
        cosines = (
            (one * two).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)
        )
        assert cosines.min() >= 0.999999


def _read_vectors(artifact: Artifact) -> tuple[list[str], Vectors, Vectors]:
    """The texts of a build's passages, their vectors, and those of their sentences."""
    _, index = artifact.open()
    with closing(index):
        parts = list(index.recall_vectors())
    return (
        [text for part in parts for text in part.texts],
        np.concatenate([part.vectors for part in parts]),
        np.concatenate([part.sentence_vectors for part in parts]),
    )


@pytest.fixture(scope="module")
def nodes() -> Iterator[RayNodes]:
    pytest.importorskip("ray")
    with ray_nodes() as found:
        yield found


def test_ray_spreads_a_build_and_a_node_that_is_killed_costs_its_shards_alone(
    nodes: RayNodes, corpus: Path, plain: dict[str, object], tmp_path: Path
) -> None:
    """One order, so that the second part may kill a node."""
    first, second = (node.address for node in nodes.workers)
    for place, address, mark in (
        (tmp_path / "client", nodes.client_address, ""),
        (tmp_path / "killed", "ray", nodes.workers[1].mark),
    ):
        for _ in range(3):  # on a busy machine Ray's client server takes longer than Ray waits
            done = nodes.head.run(
                *("-m", "tests.cluster.ray_build", str(corpus), str(place), address, mark)
            )
            if done.returncode == 0:
                break
        assert done.returncode == 0, done.stderr + nodes.read_logs()
        told = json.loads(done.stdout.splitlines()[-1])
        assert set(told["by"]) == {first, second}
        assert len(told["kept"]) == len(set(told["kept"])) >= FILES // 2
        assert contents_of(Artifact(place)) == plain
    assert told["left"] > 0
    gone = nodes.head.run(
        *("-m", "tests.cluster.ray_build", str(corpus), str(tmp_path / "none"), NO_CLUSTER)
    )
    assert gone.returncode == 1
    assert f"WorkersFailed: no Ray cluster can be used at {NO_CLUSTER}" in gone.stderr
    assert not (tmp_path / "none" / "current").exists()
