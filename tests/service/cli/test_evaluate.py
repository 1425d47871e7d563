"""`winnow evaluate` over a judged collection: builds it, measures each mode, names what is lost."""

import json
from pathlib import Path

import pytest

from tests.service.cli.conftest import Winnow
from tests.service.test_ranking import write_collection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "collection")


def test_json_has_the_measures_of_the_design(winnow_here: Winnow, folder: Path) -> None:
    done = winnow_here("evaluate", folder, "--encoder", "hashing", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["queries"] == 3
    assert {"ndcg@10", "mrr@10", "recall@100"} <= told["measures"].keys()
    assert told["modes"].keys() == {"hybrid", "dense", "lexical"}
    assert told["measures"] == told["modes"]["hybrid"]
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
