"""`winnow evaluate`: measures, what is lost, limits, signals, and an earlier run beside it."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.evaluation.limits import OF_COLLECTIONS, OF_QUESTIONS
from tests.service.building import KEEPER, write_corpus
from tests.service.cli.conftest import Winnow
from tests.service.test_ranking import write_collection

ROWS = [
    {
        "id": "q1",
        "kind": "plain",
        "question": "How many ships did the lighthouse keeper count?",
        "passage_contains_any": [KEEPER[:40]],
    },
    {
        "id": "q2",
        "kind": "plain",
        "question": "What broke eleven masts and sank the ferry?",
        "passage_contains_any": ["whale oil"],
    },
    {"id": "q3", "kind": "none", "question": "zebra quartz", "passage_contains_any": []},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "collection")


@pytest.fixture
def questions(winnow_here: Winnow, tmp_path: Path) -> Path:
    """Questions in a folder that is indexed."""
    folder = write_corpus(tmp_path / "corpus")
    path = folder / "questions.jsonl"
    assert winnow_here("build", folder, "--encoder", "hashing").returncode == 0
    path.write_text("".join(f"{json.dumps(row)}\n" for row in ROWS), encoding="utf-8")
    return path


def _evaluate(winnow_here: Winnow, *arguments: object) -> dict[str, Any]:
    done = winnow_here("evaluate", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_json_has_the_measures_of_the_design(winnow_here: Winnow, folder: Path) -> None:
    done = winnow_here("evaluate", folder, "--encoder", "hashing", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["measures"]["queries"] == 3
    assert {"ndcg@10", "mrr@10", "recall@100"} <= told["measures"].keys()
    assert told["modes"].keys() == {"hybrid", "dense", "lexical"}
    assert told["modes"]["hybrid"].items() <= told["measures"].items()
    assert told["measures"]["recall@100"] == 1.0
    assert told["lost"] == []
    again = winnow_here("evaluate", folder, "--encoder", "hashing")
    assert "nothing changed since build" in again.stderr
    assert "3 queries" in again.stdout


def test_a_relevant_document_that_cannot_be_found_fails(winnow_here: Winnow, folder: Path) -> None:
    with (folder / "qrels.tsv").open("a", encoding="utf-8") as judgements:
        judgements.write("q1\tnowhere\t1\n")
    done = winnow_here("evaluate", folder, "--encoder", "hashing", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["lost"] == ["nowhere"]
    assert "nothing of it can be found: nowhere" in done.stderr


def test_a_folder_that_is_no_collection_says_what_is_missing(
    winnow_here: Winnow, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    done = winnow_here("evaluate", tmp_path / "empty")
    assert done.returncode == 2
    assert "corpus.jsonl" in done.stderr


def test_a_collection_is_measured_for_refusals_calibration_repeats_and_time(
    winnow_here: Winnow, folder: Path
) -> None:
    told = _evaluate(winnow_here, folder, "--encoder", "hashing")
    assert set(OF_COLLECTIONS.all) | {"queries", "answerable"} == told["measures"].keys()
    assert told["measures"]["answerable"] == 3
    assert told["measures"]["latency_p95_ms"] >= told["measures"]["latency_p50_ms"] > 0
    row = told["queries"]["q1"]
    assert (row["question"], row["ndcg@10"]) == ("how warm is a hive of honey bees", 1.0)
    assert 0 < row["confidence"] < 1
    printed = winnow_here("evaluate", folder, "--encoder", "hashing").stdout
    assert [name for name in told["measures"] if name not in printed] == []


def test_questions_are_measured_by_the_same_names(winnow_here: Winnow, questions: Path) -> None:
    told = _evaluate(winnow_here, questions)
    assert set(OF_QUESTIONS.all) <= told["measures"].keys()
    assert (told["measures"]["first_right"], told["measures"]["answerable"]) == (1, 2)
    done = winnow_here("evaluate", questions)
    assert "first hit not right:\n  q2" in done.stdout
    assert "calibration_error" in done.stdout


def test_each_signal_is_measured_only_where_asked_for(
    winnow_here: Winnow, folder: Path, questions: Path
) -> None:
    for dataset, measure in ((folder, "ndcg@10"), (questions, "first_right")):
        arguments = (dataset, "--encoder", "hashing")
        assert "signals" not in _evaluate(winnow_here, *arguments)
        told = _evaluate(winnow_here, *arguments, "--signals")
        assert told["signals"].keys() >= {"all", "no passage", "lexical alone"}
        assert told["signals"]["all"][measure] == told["measures"][measure]
        assert "sentence alone" in winnow_here("evaluate", *arguments, "--signals").stdout


def test_a_measure_beyond_its_limit_exits_3_with_the_results_printed(
    winnow_here: Winnow, questions: Path
) -> None:
    limits = ("--fail-under", "first_right=2", "--fail-under", "hit@1=0.5", "--fail-over")
    done = winnow_here("evaluate", questions, *limits, "repeated_hits=0", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["measures"]["first_right"] == 1
    assert "first_right is 1, 1 under 2" in done.stderr
    assert "hit@1" not in done.stderr
    assert winnow_here("evaluate", questions, "--fail-under", "first_right=1").returncode == 0


def test_a_limit_of_no_measure_is_refused_before_anything_is_built(
    winnow_here: Winnow, folder: Path
) -> None:
    done = winnow_here("evaluate", folder, "--encoder", "hashing", "--fail-under", "ndcg=0.7")
    assert done.returncode == 2
    assert "ndcg is no measure" in done.stderr and "ndcg@10, mrr@10" in done.stderr
    assert not (folder.parent / "index").exists()


def test_an_earlier_run_is_set_beside_this_one(
    winnow_here: Winnow, questions: Path, tmp_path: Path
) -> None:
    run = _evaluate(winnow_here, questions)
    earlier = tmp_path / "earlier.json"
    run["questions"][0]["rank"] = 4
    run["measures"]["first_right"] = 0
    earlier.write_text(json.dumps(run), encoding="utf-8")
    found = _evaluate(winnow_here, questions, "--compare", earlier)["comparison"]
    assert found["measures"]["first_right"] == {"before": 0, "now": 1, "difference": 1}
    assert (found["queries"], found["better"], found["worse"]) == (2, 1, 0)
    text = ROWS[0]["question"]
    assert found["moved"] == [{"id": "q1", "question": text, "before": 0.25, "now": 1.0}]
    printed = winnow_here("evaluate", questions, "--compare", earlier).stdout
    assert f"0.2500 -> 1.0000  {text}" in printed
    assert "1 better, 0 worse" in printed


def test_a_collection_is_compared_with_its_earlier_run(
    winnow_here: Winnow, folder: Path, tmp_path: Path
) -> None:
    earlier = tmp_path / "earlier.json"
    arguments = (folder, "--encoder", "hashing")
    earlier.write_text(json.dumps(_evaluate(winnow_here, *arguments)), encoding="utf-8")
    found = _evaluate(winnow_here, *arguments, "--compare", earlier)["comparison"]
    assert (found["compared"], found["queries"], found["p_value"]) == ("ndcg@10", 3, 1.0)
    assert found["moved"] == []


def test_a_run_over_another_dataset_is_refused_before_anything_is_built(
    winnow_here: Winnow, questions: Path, folder: Path, tmp_path: Path
) -> None:
    earlier = tmp_path / "earlier.json"
    earlier.write_text(json.dumps(_evaluate(winnow_here, questions)), encoding="utf-8")
    done = winnow_here("evaluate", folder, "--encoder", "hashing", "--compare", earlier)
    assert done.returncode == 2
    assert str(questions) in done.stderr and str(folder) in done.stderr
    assert "built" not in done.stderr
