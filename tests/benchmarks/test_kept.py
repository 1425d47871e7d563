"""Each run is kept by machine, and the next one there is compared with it."""

import json
from pathlib import Path

import pytest

from service.bench.figures import Figure
from service.cli.bench import Report
from tests.benchmarks.kept import tell


def _report(milliseconds: float, cores: int = 2) -> Report:
    machine = {
        "processor": "Some",
        "cores": cores,
        "memory_gb": 8.0,
        "system": "Linux",
        "versions": {},
    }
    return Report(
        machine,
        {"before": [0.0, 0.0, 0.0], "after": [0.0, 0.0, 0.0]},
        {"passages": 1, "sentences": 1, "encoder": "hashing", "runs_by": "HashingEncoder"},
        [Figure("query", "total", milliseconds, "ms")],
    )


def test_a_run_is_kept_and_the_next_one_is_held_against_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell(_report(10.0), tmp_path) == []
    assert "before and now" not in capsys.readouterr().out
    assert tell(_report(11.0), tmp_path) == []
    assert "before and now" in capsys.readouterr().out
    told = tell(_report(14.0), tmp_path)
    assert told == ["worse than before: query: total is 14 ms, was 11 (+27%)"]
    kept = sorted(tmp_path.rglob("*.json"))
    values = [json.loads(path.read_text())["figures"][0]["value"] for path in kept]
    assert values == [10.0, 11.0, 14.0]


def test_runs_of_another_machine_are_not_compared(tmp_path: Path) -> None:
    tell(_report(10.0), tmp_path)
    assert tell(_report(20.0, cores=4), tmp_path) == []
