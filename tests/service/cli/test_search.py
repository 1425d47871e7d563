"""`winnow search`: the answer for people and for programs, and which index is meant."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.building import KEEPER
from tests.service.cli.conftest import Winnow, make_environment
from tests.service.conftest import Search

QUESTION = "How many ships did the lighthouse keeper count?"


def test_json_is_the_answer_of_the_api(winnow: Winnow, index: Path, search: Search) -> None:
    found = winnow("search", QUESTION, "--index", index, "--json", "-k", 3, "--mode", "dense")
    assert found.returncode == 0, found.stderr
    (line,) = found.stdout.splitlines()
    own, api = json.loads(line), search(QUESTION, k=3, mode="dense")
    assert own.pop("took_ms").keys() == api.pop("took_ms").keys()
    assert own == api


def test_text_shows_passage_place_confidence_and_repeat(winnow_here: Winnow, index: Path) -> None:
    found = winnow_here("search", QUESTION, "--index", index, "-k", 1)
    assert found.returncode == 0, found.stderr
    first = KEEPER.split(". ")[0]
    assert f"**{first}.**" in found.stdout
    assert "harbour/lighthouse.txt:" in found.stdout
    assert "also in harbour/storm.txt:" in found.stdout
    assert "%" in found.stdout


def test_text_marks_each_highlight(winnow_here: Winnow, index: Path, search: Search) -> None:
    question = "barrels of oil by sledge: where did the drivers sleep in winter, lamp, whale, week?"
    (hit,) = search(question, k=1)["hits"]
    marked = [hit["text"][span["start"] : span["end"]] for span in hit["highlights"]]
    assert len(marked) == 2
    found = winnow_here("search", question, "--index", index, "-k", 1)
    assert f"**{marked[0]}** **{marked[1]}**" in found.stdout


def test_hits_are_printed_as_citations(winnow_here: Winnow, index: Path, search: Search) -> None:
    hits = search(QUESTION, k=3)["hits"]
    found = winnow_here("search", QUESTION, "--index", index, "-k", 3, "--quote", "csl-json")
    assert found.returncode == 0, found.stderr
    items = json.loads(found.stdout)
    assert [item["annote"] for item in items] == [hit["text"] for hit in hits]
    assert [item["archive_location"] for item in items] == [hit["source"] for hit in hits]
    bibtex = winnow_here("search", QUESTION, "--index", index, "-k", 3, "--quote", "bibtex")
    assert bibtex.stdout.count("@misc{winnow-") == 3


def test_citations_stay_alone_on_standard_output_when_nothing_answers(
    winnow_here: Winnow, index: Path
) -> None:
    arguments = ("--index", index, "-k", 1, "--quote", "text")
    found = winnow_here("search", "qwertyuiop asdfghjkl", *arguments)
    assert found.returncode == 0
    assert found.stdout.startswith("“")
    assert "Nothing here answers this." in found.stderr


def test_text_says_when_nothing_answers(winnow_here: Winnow, index: Path) -> None:
    found = winnow_here("search", "qwertyuiop asdfghjkl", "--index", index)
    assert found.returncode == 0
    assert found.stdout.startswith("Nothing here answers this.")


@pytest.mark.parametrize(
    "arguments",
    [
        ("",),
        ("?!…",),
        ("lamp", "-k", "0"),
        ("lamp", "-k", "many"),
        ("lamp", "--mode", "x"),
        ("lamp", "--quote", "word"),
        ("lamp", "--quote", "text", "--json"),
        ("lamp", "--colour"),
        (),
    ],
)
def test_a_value_that_cannot_be_used_exits_2(
    winnow_here: Winnow, index: Path, arguments: tuple[str, ...]
) -> None:
    refused = winnow_here("search", *arguments, "--index", index)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr and "Traceback" not in refused.stderr


def test_a_question_that_is_no_unicode_exits_2(index: Path, tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "service", "search", b"lamp \xff", "--index", index],
        cwd=tmp_path,
        env=make_environment(),
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert refused.returncode == 2
    assert b"Traceback" not in refused.stderr


def test_an_unknown_index_is_named_with_the_remedy(winnow_here: Winnow) -> None:
    refused = winnow_here("search", "lamp", "--index", "nowhere")
    assert refused.returncode == 1
    assert "nowhere holds no index" in refused.stderr
    assert "winnow build" in refused.stderr


def test_no_index_at_all_tells_how_to_build_one(winnow_here: Winnow) -> None:
    refused = winnow_here("search", "lamp")
    assert refused.returncode == 1
    assert "winnow build" in refused.stderr


def test_of_several_indexes_one_must_be_named(
    winnow_here: Winnow, index: Path, tmp_path: Path
) -> None:
    for name in ("a-11111111", "b-22222222"):
        shutil.copytree(index, tmp_path / "index" / name)
    refused = winnow_here("search", "lamp")
    assert refused.returncode == 1
    assert "a-11111111" in refused.stderr and "b-22222222" in refused.stderr
    named = winnow_here("search", "lamp", "--index", "index/b-22222222")
    assert named.returncode == 0, named.stderr


def test_the_only_index_is_found_and_said(winnow_here: Winnow, index: Path, tmp_path: Path) -> None:
    shutil.copytree(index, tmp_path / "index" / "only-11111111")
    found = winnow_here("search", "lamp", "--json")
    assert found.returncode == 0
    assert "only-11111111" in found.stderr
    assert json.loads(found.stdout)["hits"]


def test_a_variable_does_what_its_flag_does(winnow: Winnow, index: Path) -> None:
    found = winnow("search", "lamp", WINNOW_INDEX=str(index), WINNOW_JSON="1")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["hits"]


def test_a_flag_wins_over_its_variable(winnow: Winnow, index: Path) -> None:
    found = winnow("search", "lamp", "--index", index, WINNOW_INDEX="nowhere")
    assert found.returncode == 0, found.stderr


def test_a_bad_variable_is_named(winnow: Winnow, index: Path) -> None:
    refused = winnow("search", "lamp", "--index", index, WINNOW_JSON="perhaps")
    assert refused.returncode == 2
    assert "WINNOW_JSON" in refused.stderr and "perhaps" in refused.stderr


def test_an_index_of_another_encoder_is_refused_with_advice(
    winnow_here: Winnow, index: Path
) -> None:
    refused = winnow_here("search", "lamp", "--index", index, "--encoder", "nosuchmodel")
    assert refused.returncode == 1
    assert "hint:" in refused.stderr and "Traceback" not in refused.stderr


def test_a_reranker_is_named_by_its_folder(
    winnow_here: Winnow, index: Path, tiny_reranker: Path
) -> None:
    arguments = ("search", "lamp", "--index", index, "--json", "--reranker", tiny_reranker)
    found = winnow_here(*arguments, "--rerank-ms", 600_000)
    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout)
    assert all(0 < hit["signals"]["reranker"] < 1 for hit in answer["hits"])
    assert answer["notices"] == []
    hurried = winnow_here(*arguments, "--rerank-ms", 0)
    assert [one["code"] for one in json.loads(hurried.stdout)["notices"]] == ["rerank_budget"]


@pytest.mark.parametrize("name", ["nosuchmodel", "."])
@pytest.mark.parametrize(
    "command",
    [("search", "lamp"), ("serve", "--port", 0), ("evaluate", "asked.jsonl")],
    ids=lambda command: command[0],
)
def test_a_reranker_that_cannot_be_loaded_is_refused_with_advice(
    winnow_here: Winnow, index: Path, tmp_path: Path, command: tuple[object, ...], name: str
) -> None:
    row = {"id": "q1", "kind": "plain", "question": "lamp?", "passage_contains_any": ["lamp"]}
    (tmp_path / "asked.jsonl").write_text(json.dumps(row))
    refused = winnow_here(*command, "--index", index, "--reranker", name)
    assert refused.returncode == 1
    assert "no reranker is called" in refused.stderr or "has no config.json" in refused.stderr
    assert "hint:" in refused.stderr and "Traceback" not in refused.stderr


@pytest.mark.parametrize("milliseconds", ["-1", "soon", "3600001"])
def test_a_time_that_no_reranker_can_take_exits_2(
    winnow_here: Winnow, index: Path, milliseconds: str
) -> None:
    refused = winnow_here("search", "lamp", "--index", index, "--rerank-ms", milliseconds)
    assert refused.returncode == 2
    assert "--rerank-ms" in refused.stderr


def test_a_reader_that_goes_away_is_no_error(index: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "search", "lamp", "--index", index, "--json"],
        cwd=tmp_path,
        env=make_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait(timeout=300) == 0


def test_operators_are_read_and_shown_and_plain_reads_none(
    winnow_here: Winnow, index: Path
) -> None:
    question = 'storm "wall of granite" -ferry lang:en'
    found = winnow_here("search", question, "--index", index)
    assert found.returncode == 0, found.stderr
    assert "storm wall of granite, holding “wall of granite”, without “ferry”" in found.stderr
    assert found.stdout.count("harbour/storm.txt:") == 1
    assert "2. " not in found.stdout
    plain = winnow_here("search", question, "--index", index, "--plain")
    assert "2. " in plain.stdout and "holding" not in plain.stderr
    none = winnow_here("search", '"wall of ice"', "--index", index)
    assert none.stdout.strip() == "No passage here is as the question asks."


def test_a_list_leans_to_what_is_liked_and_needs_no_question(
    winnow_here: Winnow, index: Path, search: Search
) -> None:
    [hit] = search("storm masts", k=1)["hits"]
    arguments = ("--like", hit["passage_id"], "--unlike", "bees", "--index", index, "--json")
    found = winnow_here("search", *arguments)
    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout)
    assert answer["understood"]["like"] == [hit["passage_id"]]
    assert hit["passage_id"] not in [one["passage_id"] for one in answer["hits"]]
    assert winnow_here("search", "--index", index).returncode == 2
