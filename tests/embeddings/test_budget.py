"""A build gives the same whatever memory it may take, and holds the less the less it may take."""

import json
import random
import tracemalloc
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from embeddings import build as build_module
from embeddings import counting
from embeddings.artifact import Artifact
from embeddings.budget import DEFAULT, LEAST, Budget
from embeddings.build import build_index
from embeddings.corpus import Progress
from embeddings.documents import DocumentReader
from embeddings.encoders.hashing import HashingEncoder
from embeddings.splitting import Splitter
from tests.embeddings.building import contents_of

BUDGET = 16


def _write_rows(path: Path, count: int) -> Path:
    chance = random.Random(1)
    words = [f"w{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(400)]
    rows = [{"id": n, "text": f"{' '.join(chance.choices(words, k=30))}."} for n in range(count)]
    path.mkdir()
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    (path / "rows.jsonl").write_text(lines, encoding="utf-8")
    return path


def _build(
    corpus: Path,
    index: Path,
    megabytes: int,
    progress: Progress = lambda stage, done, total: None,
) -> Artifact:
    artifact, encoder = Artifact(index), HashingEncoder()
    build_index(
        [corpus],
        artifact,
        lambda: encoder,
        encoder,
        "hashing",
        progress=progress,
        budget=Budget(megabytes),
    )
    return artifact


def test_a_small_budget_and_a_large_one_give_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_module, "Splitter", partial(Splitter, enough=0))
    monkeypatch.setattr(counting, "_ROW", 1 << 20)  # so that even this corpus comes in parts
    corpus = _write_rows(tmp_path / "corpus", 60)
    small, large = (_build(corpus, tmp_path / str(size), size) for size in (LEAST, 4096))
    assert contents_of(small) == contents_of(large)
    files = [
        {name: facts["sha256"] for name, facts in artifact.manifest().files.items()}
        for artifact in (small, large)
    ]
    assert files[0] == files[1]


def test_building_again_with_another_budget_finds_nothing_to_do(tmp_path: Path) -> None:
    corpus = _write_rows(tmp_path / "corpus", 5)
    live = _build(corpus, tmp_path / "index", LEAST).live_id()
    assert _build(corpus, tmp_path / "index", DEFAULT).live_id() == live


@pytest.mark.parametrize(("megabytes", "count"), [(LEAST, 1), (256, 2), (DEFAULT, 8), (9999, 16)])
def test_no_more_processes_are_started_than_the_budget_holds(megabytes: int, count: int) -> None:
    assert Budget(megabytes).count_processes(16) == count


def test_readers_are_as_many_as_the_budget_holds() -> None:
    with DocumentReader(budget=Budget(LEAST)) as reader:
        assert reader.threads == 1


def _measure(corpus: Path, index: Path, megabytes: int) -> Counter[str]:
    """The most bytes that each stage of a build holds at a time."""
    held: Counter[str] = Counter()
    stage = "start"

    def tell(following: str, done: int, total: int) -> None:
        nonlocal stage
        held[stage] = max(held[stage], tracemalloc.get_traced_memory()[1])
        tracemalloc.reset_peak()
        stage = following

    tracemalloc.start()
    try:
        _build(corpus, index, megabytes, tell)
    finally:
        tracemalloc.stop()
    return held


def test_ten_times_the_passages_stay_within_the_budget(tmp_path: Path) -> None:
    _, few, many = (  # the first one loads what all use
        _measure(_write_rows(tmp_path / str(count), count), tmp_path / f"index{count}", BUDGET)
        for count in (20, 60, 600)
    )
    for stage, most in many.items():
        assert most - few[stage] < BUDGET << 20, stage
    assert (many["finding repeats"] - few["finding repeats"]) / 540 < 900, "holds texts"
