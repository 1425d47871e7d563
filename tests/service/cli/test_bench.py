"""`winnow bench`: a small run of all of it, and what it refuses."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from service.bench.comparison import compare, read_run
from service.bench.measuring import Plan
from service.cli.bench import Report, measure, print_report
from service.settings import Settings
from tests.service.cli.conftest import Winnow

SMALL = Plan(
    queries=15, load=15, seconds=60, clients=(1, 3), workers=(1, 2), product=64, read=2**16
)


@pytest.fixture(scope="module")
def report() -> Report:
    return measure(Settings(passages=30, encoder="hashing"), SMALL)


def test_every_part_is_measured(report: Report) -> None:
    found = {figure.key: figure.value for figure in report.figures}
    for key in (
        "limits of this machine: large matrix product",
        "limits of this machine: reading memory",
        "query, in process: encode",
        "query, in process: total",
        "query, over HTTP: total",
        "start to first answer: 1 worker",
        "throughput over HTTP: 1 worker, 1 client",
        "throughput over HTTP: 1 worker, 3 clients",
        "throughput over HTTP: 2 workers, 3 clients",
        "size on disk: all files",
        "size on disk: a passage",
        "build: passages",
        "build: tokens",
    ):
        assert found[key] > 0, key
    assert len(found) == len(report.figures), "two figures of one name"
    assert report.index["passages"] == 30
    assert report.machine["cores"] >= 1
    assert report.load.keys() == {"before", "after"}


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux")
def test_memory_counts_all_processes(report: Report) -> None:
    found = {figure.key: figure.value for figure in report.figures}
    one, two = (
        found[f"memory after 15 queries: {w}, anonymous"] for w in ("1 worker", "2 workers")
    )
    assert 5 < one < two
    assert found["memory after 15 queries: 1 worker, resident"] > one


def test_nothing_is_refused_and_limits_are_named(report: Report) -> None:
    for figure in report.figures:
        assert "refused" not in figure.beside
        assert (figure.limit is None) == (figure.against == "")


def test_the_table_and_the_json_hold_the_same_and_compare(
    report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(asdict(report)), encoding="utf-8")
    changes = compare(report.figures, read_run(path))
    assert changes and all(change.share == 0 and not change.worsened for change in changes)
    print_report(report, changes)
    shown = capsys.readouterr().out
    for figure in report.figures:
        assert figure.group in shown and figure.name in shown
    assert report.machine["processor"] in shown
    assert "load before" in shown
    assert "before and now" in shown


def test_without_an_index_it_says_how_to_build_one(winnow_here: Winnow, tmp_path: Path) -> None:
    done = winnow_here("bench")
    assert done.returncode == 1
    assert "no index under" in done.stderr
    assert "winnow build" in done.stderr
    done = winnow_here("bench", "--index", tmp_path / "nowhere")
    assert done.returncode == 1
    assert "holds no index" in done.stderr


def test_only_one_thing_is_measured(winnow_here: Winnow, tmp_path: Path) -> None:
    done = winnow_here("bench", "--index", tmp_path, "--passages", "5")
    assert done.returncode == 2
    assert "--index and --passages were given" in done.stderr


def test_a_folder_or_a_run_that_is_not_there_is_told(winnow_here: Winnow, tmp_path: Path) -> None:
    done = winnow_here("bench", "--build", tmp_path / "nowhere", "--encoder", "hashing")
    assert done.returncode == 1
    assert "does not exist" in done.stderr
    done = winnow_here("bench", "--compare", tmp_path / "nowhere.json")
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    done = winnow_here("bench", "--passages", "-1")
    assert done.returncode == 2
