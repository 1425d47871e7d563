"""Figures with their limits, the table of them, and what is told of an earlier run."""

import json
from pathlib import Path

import pytest

from embeddings.errors import InvalidInput
from service.bench.comparison import compare, read_run, warn
from service.bench.figures import Figure, describe_times, make_table


def _time(value: float) -> Figure:
    return Figure("query", "total", value, "ms")


def _rate(value: float) -> Figure:
    return Figure("load", "16 clients", value, "/s")


def test_times_are_told_by_their_percentiles() -> None:
    figure = describe_times("query", "total", [float(i) for i in range(101)])
    assert figure.value == 50
    assert figure.beside == {"p95": 95, "p99": 99}


def test_a_time_is_a_multiple_of_its_limit_and_a_rate_a_share_of_it() -> None:
    slow = Figure("query", "encode", 6.0, "ms", 2.0, "arithmetic")
    busy = Figure("build", "tokens", 800.0, "/s", 1000.0, "the encoder alone")
    assert slow.reached == 3.0
    assert busy.reached == 0.8
    lines = "\n".join(make_table([slow, busy]))
    assert "6 ms" in lines and "3.0x of 2 (arithmetic)" in lines
    assert "800 /s" in lines and "80% of 1,000 (the encoder alone)" in lines


def test_a_table_has_a_heading_for_each_group_and_columns_that_line_up() -> None:
    figures = [_time(1.5), Figure("query", "encoding", 100.25, "ms"), _rate(3)]
    assert list(make_table(figures)) == [
        "",
        "query",
        "  total     1.5 ms",
        "  encoding  100 ms",
        "",
        "load",
        "  16 clients  3 /s",
    ]


def test_without_a_limit_nothing_is_held_against_one() -> None:
    assert _time(1).reached is None
    assert Figure("query", "dense", 1, "ms", 0.0, "nothing to read").reached is None


@pytest.mark.parametrize(
    ("now", "before", "worse"),
    [
        (_time(12.1), 10.0, True),
        (_time(11.9), 10.0, False),
        (_time(5.0), 10.0, False),
        (_rate(83.0), 100.0, True),
        (_rate(84.0), 100.0, False),
        (_rate(200.0), 100.0, False),
    ],
)
def test_what_got_worse_by_more_than_a_fifth_is_told(
    now: Figure, before: float, worse: bool
) -> None:
    changes = compare([now], {now.key: before})
    told = list(warn(changes))
    assert len(told) == int(worse)
    assert all(now.key in line for line in told)


def test_only_what_both_runs_have_is_compared() -> None:
    assert compare([_time(1.0)], {"query: other": 1.0}) == []
    assert compare([_time(1.0)], {"query: total": 0.0}) == []


def test_a_run_is_read_from_what_json_printed(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    row = {"group": "query", "name": "total", "value": 4, "unit": "ms"}
    path.write_text(json.dumps({"figures": [row]}), encoding="utf-8")
    assert read_run(path) == {"query: total": 4.0}


@pytest.mark.parametrize(
    "text", ["", "[]", '{"figures": [{"group": "query"}]}', '{"measures": {}}']
)
def test_a_file_that_is_no_run_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match="no run of winnow bench"):
        read_run(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_run(tmp_path / "nowhere.json")
