"""What was told is on the disk whole or as it was before, and damage is never taken for nothing."""

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings.errors import SeenFailed
from service.news.memory import Answer, Memory, SeenFile
from tests.embeddings.building import being_nobody

MEMORY = Memory(
    {"question": "bees?"}, "b1", ["k1"], ["k2"], [Answer("p1", "Bées \ud800", "a.txt", ["k1"])]
)


@pytest.fixture
def seen(tmp_path: Path) -> SeenFile:
    return SeenFile(tmp_path / "searches.toml.seen.json")


def test_what_was_written_is_read(seen: SeenFile) -> None:
    assert seen.read() == {}
    seen.write({"bees": MEMORY})
    assert seen.read() == {"bees": MEMORY}


def _break_version(content: dict[str, object]) -> object:
    return {**content, "version": 2}


def _break_searches(content: dict[str, object]) -> object:
    return {**content, "searches": ["bees"]}


def _break_told(content: dict[str, object]) -> object:
    return {**content, "searches": {"bees": {**_DESCRIBED, "told": [1]}}}


def _break_asked(content: dict[str, object]) -> object:
    return {**content, "searches": {"bees": {**_DESCRIBED, "asked": "bees?"}}}


def _break_fields(content: dict[str, object]) -> object:
    return {**content, "searches": {"bees": {**_DESCRIBED, "colour": "red"}}}


_DESCRIBED = {"asked": {}, "build": "b1", "told": [], "beside": [], "answers": []}


@pytest.mark.parametrize(
    "damage", [_break_version, _break_searches, _break_told, _break_asked, _break_fields]
)
def test_a_file_that_says_something_else_is_damaged(
    seen: SeenFile, damage: Callable[[dict[str, object]], object]
) -> None:
    seen.write({"bees": MEMORY})
    content = json.loads(seen.path.read_text())
    seen.path.write_text(json.dumps(damage(content)))
    with pytest.raises(SeenFailed, match="is damaged") as refused:
        seen.read()
    assert str(seen.path) in refused.value.message and "remove it" in refused.value.hint


@pytest.mark.parametrize("kept", [0, 1, 40])
def test_a_file_that_was_cut_short_is_damaged(seen: SeenFile, kept: int) -> None:
    seen.write({"bees": MEMORY})
    seen.path.write_bytes(seen.path.read_bytes()[:kept])
    with pytest.raises(SeenFailed, match="is damaged"):
        seen.read()


def test_a_folder_that_takes_nothing_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    seen = SeenFile(tmp_path / "seen.json")
    with being_nobody(), pytest.raises(SeenFailed, match="cannot be noted") as refused, seen.held():
        pass
    assert "--seen" in refused.value.hint


def test_a_disk_that_is_full_leaves_what_was_there(
    seen: SeenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen.write({"bees": MEMORY})

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.news.memory.os.fsync", fail)
    with pytest.raises(SeenFailed, match="No space left"):
        seen.write({})
    assert seen.read() == {"bees": MEMORY}
    assert [path.name for path in seen.path.parent.iterdir()] == [seen.path.name]


def test_a_run_that_does_not_end_is_waited_for_so_long_and_then_told(
    seen: SeenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.news.memory._LONGEST_WAIT", 0.0)
    with seen.held(), pytest.raises(SeenFailed, match="another run"), SeenFile(seen.path).held():
        pass
    with seen.held():
        pass


def _add_many(path: Path, name: str) -> None:
    seen = SeenFile(path)
    for number in range(20):
        with seen.held():
            seen.write({**seen.read(), f"{name}{number}": MEMORY})


def test_runs_at_once_lose_nothing_of_each_other(seen: SeenFile) -> None:
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=_add_many, args=(seen.path, name)) for name in "ab"]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
        assert run.exitcode == 0
    assert len(seen.read()) == 40
