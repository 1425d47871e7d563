"""Two runs side by side: what moved, and how likely chance alone moves it as far."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.errors import InvalidInput
from service.evaluation.comparison import (
    check_run,
    compare,
    find_chance,
    identify,
    make_run,
    read_run,
)

NAMES = ("ndcg@10",)


def _report(dataset: str = "a", **values: float) -> dict[str, Any]:
    """What `evaluate --json` prints of a collection, as far as it is compared."""
    return {
        "dataset": {"path": f"{dataset}/", "sha256": f"{dataset * 64}"},
        "measures": {"ndcg@10": sum(values.values()) / len(values), "queries": len(values)},
        "queries": {name: {"question": f"{name}?", "ndcg@10": own} for name, own in values.items()},
    }


BEFORE = _report(q1=0.5, q2=1.0, q3=0.2, q4=0.3)
NOW = _report(q1=1.0, q2=0.9, q3=0.2, q4=0.8)


def test_measures_and_queries_are_set_side_by_side() -> None:
    found = compare(make_run(BEFORE), make_run(NOW), NAMES, "run.json")
    assert found["measures"].keys() == {"ndcg@10"}
    beside = {"before": 0.5, "now": 0.725, "difference": 0.225}
    assert found["measures"]["ndcg@10"] == pytest.approx(beside)
    assert (found["compared"], found["queries"]) == ("ndcg@10", 4)
    assert (found["better"], found["worse"], found["mean_difference"]) == (2, 1, 0.225)


def test_what_moved_most_comes_first_and_what_did_not_is_left_out() -> None:
    moved = compare(make_run(BEFORE), make_run(NOW), NAMES, "run.json")["moved"]
    assert [one["id"] for one in moved] == ["q1", "q4", "q2"]
    assert moved[0] == {"id": "q1", "question": "q1?", "before": 0.5, "now": 1.0}


def test_questions_are_compared_by_the_reciprocal_rank_of_those_that_have_an_answer() -> None:
    def row(name: str, rank: int, answerable: bool = True) -> dict[str, Any]:
        return {"id": name, "question": name, "rank": rank, "answerable": answerable}

    rows = [row("a", 2), row("b", 0), row("c", 0, answerable=False)]
    run = make_run({**_report(x=1.0), "questions": rows})
    assert run.values == {"a": 0.5, "b": 0.0}
    assert run.compared == "reciprocal rank"


@pytest.mark.parametrize(
    "differences", [[0.5, -0.1, 0.0, 0.5], [0.1] * 8, [0.3, -0.3], [0.2, 0.1, 0.4, -0.2, 0.3, 0.1]]
)
def test_chance_is_the_share_of_all_sign_flips_that_go_as_far(differences: list[float]) -> None:
    sums = [
        abs(sum(sign * own for sign, own in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=len(differences))
    ]
    exact = sum(own >= abs(sum(differences)) - 1e-9 for own in sums) / len(sums)
    assert find_chance(np.array(differences)) == pytest.approx(exact, abs=0.02)


def test_the_same_runs_differ_by_nothing_but_chance() -> None:
    found = compare(make_run(NOW), make_run(NOW), NAMES, "run.json")
    assert (found["p_value"], found["better"], found["worse"], found["moved"]) == (1.0, 0, 0, [])
    assert find_chance(np.full(40, 0.1)) < 0.001


def test_a_dataset_is_the_same_wherever_it_lies() -> None:
    assert identify(Path("a"), [1])["sha256"] == identify(Path("b"), [1])["sha256"]
    assert identify(Path("a"), [1])["sha256"] != identify(Path("a"), [2])["sha256"]


def test_a_run_over_another_dataset_is_refused_with_both_named() -> None:
    with pytest.raises(InvalidInput, match=r"b/ \(bbbbbbbb\), this is a/ \(aaaaaaaa\)"):
        check_run(make_run(_report("b", q1=1.0)), BEFORE["dataset"], NAMES, "run.json")


def test_a_measure_that_a_run_lacks_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"run\.json has no measure mrr@10, hit@1"):
        check_run(make_run(BEFORE), BEFORE["dataset"], (*NAMES, "mrr@10", "hit@1"), "run.json")


def test_a_run_without_some_of_the_queries_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"run\.json has not the values"):
        compare(make_run(_report(q1=1.0)), make_run(NOW), NAMES, "run.json")


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", "3", "no JSON"),
        json.dumps({**BEFORE, "queries": 3}),
        json.dumps({**BEFORE, "queries": {"q1": {}}}),
        json.dumps({**BEFORE, "measures": [1]}),
    ],
)
def test_a_file_that_is_no_run_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"run\.json is no run") as refused:
        read_run(path)
    assert "evaluate --json" in refused.value.hint
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_run(tmp_path / "nowhere.json")
