"""Whatever befalls an index, an old or a new build opens and verifies, and damage is noticed."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from urllib.request import urlopen

import pytest

from embeddings.artifact import Artifact
from embeddings.errors import IndexDamaged, IndexMissing
from embeddings.manifest import CHECKSUM, MANIFEST
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


@shortly(2, 40)
def test_a_power_cut_that_loses_any_of_what_was_not_synced_leaves_the_old_or_the_new_one(
    tmp_path: Path, times: int, note_figure: Callable[[str], None]
) -> None:
    artifact = Artifact(tmp_path / "index", 1)
    before = [write_build(artifact) for _ in range(3)][-1]
    with closing(Disk(tmp_path / "index", times)) as disk, disk.watch():
        write_build(artifact)
    after = artifact.live_id()
    found = open_each(disk.reordered, tmp_path / "cut")
    assert set(found) == {before, after}
    note_figure(
        f"power cuts: {len(found):,} in which any of the unsynced was lost, at "
        f"{len(found) // times} moments of a build, {found.count(before):,} left the old one live, "
        f"{found.count(after):,} the new one, all verified"
    )


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
def test_verify_notices_every_damaged_byte(
    tiny_artifact: Artifact, times: int, note_figure: Callable[[str], None]
) -> None:
    folder = folder_of(tiny_artifact)
    chosen = random.Random(times)
    names = [*tiny_artifact.manifest().files, MANIFEST, CHECKSUM]
    for name in names:
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
    note_figure(
        f"bytes damaged: {times} in each of {len(names)} files, each file also cut short and "
        f"removed: verify noticed all {(times + 2) * len(names):,}"
    )


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


def kill_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Whether it ran so long, and so was killed."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


class BuildRun:
    """A build in a process of its own, and how far it came."""

    def __init__(self, artifact: Artifact) -> None:
        self._artifact = artifact
        self._live = artifact.live_id()
        self._unfinished = self._list_unfinished()  # of builds killed before
        command = ("build", "corpus", "--index", "index", "--encoder", "hashing")
        self.process = start(artifact.directory.parent, *command)

    def _list_unfinished(self) -> set[Path]:
        return set((self._artifact.directory / "builds").glob(".*"))

    def wait_until_it_writes(self) -> None:
        while self.process.poll() is None and not self._list_unfinished() - self._unfinished:
            pass

    def find_phase(self) -> str:
        if self._artifact.live_id() != self._live:
            return "after publishing"
        if self._artifact.finished()[-1] > self._live:
            return "named and not yet live"
        unfinished = self._list_unfinished()
        written = unfinished - self._unfinished or self._unfinished - unfinished
        return "while writing" if written else "before writing"


def measure_build(artifact: Artifact) -> tuple[float, float]:
    """The seconds that a build takes here, and those from its first write on."""
    live, begun = artifact.live_id(), time.monotonic()
    run = BuildRun(artifact)
    run.wait_until_it_writes()
    wrote = time.monotonic()
    run.process.communicate()
    assert artifact.live_id() != live, run.process.returncode
    return time.monotonic() - begun, time.monotonic() - wrote


@shortly(20, 200)
def test_a_build_killed_at_any_moment_loses_nothing(
    tiny_artifact: Artifact, tiny_corpus: Path, times: int, note_figure: Callable[[str], None]
) -> None:
    """Every other one is killed while it writes, so that publishing is met as well."""
    chosen = random.Random()
    write_files(tiny_corpus, {"new.txt": f"{NEW_TEXT}0."})
    whole, writing = measure_build(tiny_artifact)
    before = sources_of(tiny_artifact)
    phases: Counter[str] = Counter()
    for number in count(1):
        write_files(tiny_corpus, {f"new-{number}.txt": f"{NEW_TEXT}{number}."})
        with_new = sorted(str(p.relative_to(tiny_corpus)) for p in tiny_corpus.rglob("*.txt"))
        run = BuildRun(tiny_artifact)
        if number % 2:
            run.wait_until_it_writes()
        if kill_after(run.process, chosen.uniform(0, writing if number % 2 else whole)):
            phases[run.find_phase()] += 1
        assert open_all(tiny_artifact) == tiny_artifact.live_id()
        found = sources_of(tiny_artifact)
        assert found in (before, with_new), f"kill {number}"
        before = found
        if phases.total() == times:
            break
    build(tiny_corpus, tiny_artifact)
    assert sources_of(tiny_artifact) == with_new
    assert not list((tiny_artifact.directory / "builds").glob(".*"))
    told = ", ".join(f"{times} {phase}" for phase, times in sorted(phases.items()))
    note_figure(
        f"builds killed: {times} ({told}; a build took {whole:.1f} s, {writing:.2f} s of them "
        f"from its first write on), every time an index of before or after, verified"
    )


def wait_until_it_serves(process: subprocess.Popen[str]) -> str:
    """Its address."""
    assert process.stderr
    return next(line for line in process.stderr if "serving on" in line).split()[2]


def ask(address: str) -> None:
    with urlopen(f"{address}/api/search?q=bees", timeout=60) as answer:
        assert answer.status == 200


@shortly(3, 50)
def test_a_server_killed_at_any_moment_loses_nothing(
    tiny_artifact: Artifact,
    tiny_corpus: Path,
    tmp_path: Path,
    times: int,
    note_figure: Callable[[str], None],
) -> None:
    """Every other one while it starts, the rest while it answers and takes up a new build."""
    chosen = random.Random()
    command = ("serve", "--index", "index", "--port", "0")
    begun = time.monotonic()
    process = start(tmp_path, *command)
    wait_until_it_serves(process)
    starting = time.monotonic() - begun
    assert kill_after(process, 0)
    for number in range(times):
        process = start(tmp_path, *command)
        if number % 2:
            published = tiny_artifact.live_id()
            assert kill_after(process, chosen.uniform(0, starting))
        else:
            address = wait_until_it_serves(process)
            write_files(tiny_corpus, {f"new-{number}.txt": f"{NEW_TEXT}{number}."})
            published = build(tiny_corpus, tiny_artifact).manifest.build
            ask(address)
            assert kill_after(process, chosen.uniform(0, 0.5))
        assert open_all(tiny_artifact) == published
        assert len(sources_of(tiny_artifact)) == 5 + number // 2 + 1
    note_figure(
        f"servers killed: {times} ({times // 2} while starting, which took {starting:.1f} s, "
        f"{times - times // 2} while a new build was taken up), the index whole every time"
    )
