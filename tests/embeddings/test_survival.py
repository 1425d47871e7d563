"""Whatever befalls an index, an old or a new build opens and verifies, and damage is noticed."""

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from embeddings.artifact import Artifact
from embeddings.errors import IndexDamaged, IndexMissing
from embeddings.manifest import MANIFEST
from tests.embeddings.building import build, folder_of, sources_of, write_files
from tests.embeddings.power import Disk, Files, restore
from tests.embeddings.test_artifact import write_build
from tests.service.cli.conftest import make_environment

NEW_TEXT = "A text more, so that there is something to build, number "


def shortly(short: int, long: int) -> pytest.MarkDecorator:
    """Run a test so many times over, and many more by `make reliability`."""
    marked = pytest.param(long, marks=pytest.mark.reliability)
    return pytest.mark.parametrize("times", [short, marked])


def record(folder: Path, act: Callable[[], object]) -> list[Files]:
    """Every state that a power cut could leave a folder in while something is done to it."""
    with closing(Disk(folder)) as disk:
        with disk.watch():
            act()
        return disk.states


def open_all(artifact: Artifact) -> str:
    """The live build, once it and every other that counts as finished was verified and opened."""
    for name in artifact.finished():
        artifact.verify(name)
    manifest, index = artifact.open()
    index.close()
    return manifest.build


def open_each(states: list[Files], folder: Path, inner: str = ".") -> list[str]:
    """The live build of every state, "" where there is no index yet."""
    known: dict[frozenset[tuple[str, bytes]], str] = {}
    for files in states:
        state = frozenset(files.items())
        if state in known:
            continue
        cut = restore(files, folder / str(len(known)))
        try:
            known[state] = open_all(Artifact(cut / inner))
        except IndexMissing:
            known[state] = ""
    return [known[frozenset(files.items())] for files in states]


def test_a_power_cut_at_any_moment_of_a_build_leaves_the_old_or_the_new_one(
    tmp_path: Path,
) -> None:
    artifact = Artifact(tmp_path / "index", 1)
    before = [write_build(artifact) for _ in range(3)][-1]
    states = record(tmp_path / "index", lambda: write_build(artifact))
    found = open_each(states, tmp_path / "cut")
    after = artifact.live_id()
    assert set(found) == {before, after}
    assert found == sorted(found), "once the new build is live, it stays so"
    assert found[-2:] == [after, after], "a published build is there whatever happens then"


def test_a_power_cut_during_the_first_build_leaves_none_or_the_whole(tmp_path: Path) -> None:
    home = write_files(tmp_path / "home", {"other.txt": "x"})
    artifact = Artifact(home / "deep" / "index")
    states = record(home, lambda: write_build(artifact))
    found = open_each(states, tmp_path / "cut", "deep/index")
    after = artifact.live_id()
    assert set(found) == {"", after}
    assert found[-2:] == [after, after]


def test_a_power_cut_at_any_moment_of_a_rollback_leaves_one_of_both_live(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index")
    names = [write_build(artifact) for _ in range(2)]
    found = open_each(record(tmp_path / "index", artifact.rollback), tmp_path / "cut")
    assert set(found) == set(names)
    assert found[-2:] == [names[0], names[0]]


@shortly(20, 100)
def test_verify_notices_every_damaged_byte(tiny_artifact: Artifact, times: int) -> None:
    folder = folder_of(tiny_artifact)
    chosen = random.Random(times)
    for name in [*tiny_artifact.manifest().files, MANIFEST]:
        path = folder / name
        whole = path.read_bytes()
        for _ in range(times):
            place, change = chosen.randrange(len(whole)), chosen.randrange(1, 256)
            damaged = bytearray(whole)
            damaged[place] ^= change
            path.write_bytes(damaged)
            with pytest.raises(IndexDamaged):
                tiny_artifact.verify()
        path.write_bytes(whole[: chosen.randrange(len(whole))])
        with pytest.raises(IndexDamaged):
            tiny_artifact.verify()
        path.unlink()
        with pytest.raises(IndexDamaged):
            tiny_artifact.verify()
        path.write_bytes(whole)
    tiny_artifact.verify()


def start(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    """Run `winnow` until it is killed or ends."""
    return subprocess.Popen(
        [sys.executable, "-m", "service", *map(str, arguments)],
        cwd=folder,
        env=make_environment(OMP_NUM_THREADS="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_after(process: subprocess.Popen[str], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()


def wait_until_it_writes(process: subprocess.Popen[str], artifact: Artifact) -> None:
    while process.poll() is None and not any((artifact.directory / "builds").glob(".*")):
        pass


@shortly(20, 200)
def test_a_build_killed_at_any_moment_loses_nothing(
    tiny_artifact: Artifact, tiny_corpus: Path, tmp_path: Path, times: int
) -> None:
    """Every other one is killed while it writes, which is a small part of its time."""
    chosen = random.Random()
    before = sources_of(tiny_artifact)
    command = ("build", "corpus", "--index", "index", "--encoder", "hashing")
    for number in range(times):
        write_files(tiny_corpus, {f"new-{number}.txt": f"{NEW_TEXT}{number}."})
        with_new = sorted(str(p.relative_to(tiny_corpus)) for p in tiny_corpus.rglob("*.txt"))
        process = start(tmp_path, *command)
        if number % 2:
            wait_until_it_writes(process, tiny_artifact)
        kill_after(process, chosen.uniform(0, 0.2 if number % 2 else 4))
        assert open_all(tiny_artifact) == tiny_artifact.live_id()
        found = sources_of(tiny_artifact)
        assert found in (before, with_new), f"kill {number}"
        before = found
    build(tiny_corpus, tiny_artifact)
    assert sources_of(tiny_artifact) == with_new
    assert not list((tiny_artifact.directory / "builds").glob(".*"))


@shortly(3, 50)
def test_a_server_killed_at_any_moment_loses_nothing(
    tiny_artifact: Artifact, tiny_corpus: Path, tmp_path: Path, times: int
) -> None:
    chosen = random.Random()
    for number in range(times):
        process = start(tmp_path, "serve", "--index", "index", "--port", "0")
        assert process.stderr
        said = next(line for line in process.stderr if "serving on" in line)
        write_files(tiny_corpus, {f"new-{number}.txt": f"{NEW_TEXT}{number}."})
        published = build(tiny_corpus, tiny_artifact).manifest.build
        try:
            with urlopen(f"{said.split()[2]}/api/search?q=bees", timeout=60) as answer:
                assert answer.status == 200
        except URLError as error:
            raise AssertionError(f"it answered nothing before kill {number}") from error
        kill_after(process, chosen.uniform(0, 0.5))
        assert process.returncode == -signal.SIGKILL
        assert open_all(tiny_artifact) == published
        assert len(sources_of(tiny_artifact)) == 5 + number + 1
