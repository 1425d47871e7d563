"""`winnow verify --sources` names the documents that changed, `--all` takes in kept builds."""

import json
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from tests.embeddings.building import build, flip_byte, write_files
from tests.service.cli.conftest import Winnow

TEXTS = {
    "bees.txt": "Honey bees keep their hive at about 35 degrees through the whole winter.\n",
    "salt.txt": "Salt was carried from Taoudenni to Timbuktu in slabs of forty kilograms.\n",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_files(tmp_path / "texts", TEXTS)


@pytest.fixture
def index(corpus: Path, tmp_path: Path) -> Path:
    build(corpus, Artifact(tmp_path / "ix"))
    return tmp_path / "ix"


def test_sources_that_are_as_they_were_read_exit_0(winnow_here: Winnow, index: Path) -> None:
    done = winnow_here("verify", "--index", index, "--sources", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sources"] == []


def test_a_changed_and_a_missing_source_are_named_and_exit_4(
    winnow_here: Winnow, index: Path, corpus: Path
) -> None:
    (corpus / "bees.txt").write_text(TEXTS["bees.txt"].replace("35", "36"), encoding="utf-8")
    (corpus / "salt.txt").unlink()
    done = winnow_here("verify", "--index", index, "--sources", "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["sources"] == [
        {"source": "bees.txt", "found": "changed"},
        {"source": "salt.txt", "found": "missing"},
    ]


def test_a_folder_that_is_gone_is_all_missing(
    winnow_here: Winnow, index: Path, corpus: Path
) -> None:
    corpus.rename(corpus.with_name("elsewhere"))
    done = winnow_here("verify", "--index", index, "--sources")
    assert done.returncode == 4
    assert "missing: bees.txt" in done.stdout and "hint:" in done.stderr


def test_a_new_file_is_no_change_of_what_was_read(
    winnow_here: Winnow, index: Path, corpus: Path
) -> None:
    write_files(corpus, {"tides.txt": "The tide in the Bay of Fundy rises by sixteen metres.\n"})
    assert winnow_here("verify", "--index", index, "--sources").returncode == 0


def test_changed_sources_do_not_matter_unless_asked_for(
    winnow_here: Winnow, index: Path, corpus: Path
) -> None:
    (corpus / "bees.txt").unlink()
    assert winnow_here("verify", "--index", index).returncode == 0


def test_all_takes_in_the_builds_that_are_kept(
    winnow_here: Winnow, index: Path, corpus: Path
) -> None:
    (corpus / "bees.txt").unlink()
    build(corpus, Artifact(index))
    earlier, _ = Artifact(index).finished()
    flip_byte(index / "builds" / earlier / "passages.sqlite", at=-1)
    assert winnow_here("verify", "--index", index).returncode == 0
    done = winnow_here("verify", "--index", index, "--all")
    assert done.returncode == 1
    assert earlier in done.stderr
