"""`winnow verify --sources` checks every passage in its source, `--all` takes in kept builds."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from tests.embeddings.building import blame_reading, build, flip_byte, write_files
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
    answer = json.loads(done.stdout)
    assert [(one["source"], one["found"]) for one in answer["sources"]] == [
        ("bees.txt", "unchanged"),
        ("salt.txt", "unchanged"),
    ]
    assert answer["summary"] == {
        **{"unchanged": 2, "changed": 0, "missing": 0, "unreadable": 0, "new": 0},
        **{"passages": 2, "standing": 2, "moved": 0, "gone": 0, "unchecked": 0},
    }
    told = winnow_here("verify", "--index", index, "--sources").stdout
    assert "passages: 2 of 2 where they are cited" in told


def test_a_changed_and_a_missing_source_are_named_and_exit_4(
    winnow_here: Winnow, index: Path, corpus: Path
) -> None:
    (corpus / "bees.txt").write_text(TEXTS["bees.txt"].replace("35", "36"), encoding="utf-8")
    (corpus / "salt.txt").unlink()
    done = winnow_here("verify", "--index", index, "--sources", "--json")
    assert done.returncode == 4
    answer = json.loads(done.stdout)
    assert [(one["source"], one["found"]) for one in answer["sources"]] == [
        ("bees.txt", "changed"),
        ("salt.txt", "missing"),
    ]
    assert (answer["summary"]["gone"], answer["summary"]["unchecked"]) == (1, 1)


def test_a_passage_that_moved_is_told_with_its_old_and_new_place(
    winnow_here: Winnow, index: Path, corpus: Path
) -> None:
    write_files(corpus, {"bees.txt": f"Bees:\n\n{TEXTS['bees.txt']}"})
    done = winnow_here("verify", "--index", index, "--sources")
    assert done.returncode == 4
    assert "changed: bees.txt (0 of 1 passage cited rightly)" in done.stdout
    assert "  bees.txt:0-72 moved to 7-79, passage " in done.stdout
    found = json.loads(winnow_here("verify", "--index", index, "--sources", "--json").stdout)
    (document,) = found["sources"][0]["documents"]
    (displaced,) = document["displaced"]
    assert (displaced["start"], displaced["end"], displaced["found"]) == (0, 72, "moved")
    assert displaced["now"] == {"start": 7, "end": 79}


def test_of_many_passages_the_first_are_told_and_the_rest_counted(
    winnow_here: Winnow, tmp_path: Path
) -> None:
    lines = [
        f"Lighthouse number {i} was lit with whale oil from the year 18{i}." for i in range(30)
    ]
    corpus = write_files(tmp_path / "many", {"all.txt": "\n\n".join(lines)})
    build(corpus, Artifact(tmp_path / "ix"))
    write_files(corpus, {"all.txt": "nothing of it"})
    told = winnow_here("verify", "--index", tmp_path / "ix", "--sources").stdout
    assert told.count(" gone, passage ") == 10
    assert "and 20 more (all of them with --json)" in told


PAGE = "<html><body><article><p>{}</p></article></body></html>"


@pytest.mark.parametrize(("instead", "code"), [("{}", 0), ("Salt is white.</p><p>{}", 4)])
def test_another_extractor_fails_only_where_a_passage_is_displaced(
    winnow_here: Winnow, tmp_path: Path, instead: str, code: int
) -> None:
    salt, bees = TEXTS["salt.txt"], TEXTS["bees.txt"]
    older, present = instead.format(salt), f"{salt}</p><p>{bees}"
    corpus = write_files(tmp_path / "web", {"page.html": PAGE.format(older)})
    build(corpus, Artifact(tmp_path / "ix"))
    blame_reading(Artifact(tmp_path / "ix"), corpus / "page.html", PAGE.format(present))
    done = winnow_here("verify", "--index", tmp_path / "ix", "--sources")
    assert done.returncode == code, done.stdout
    assert "only the extractor changed (trafilatura 1.0 → trafilatura 2." in done.stdout
    assert "1 unchanged, 0 changed" in done.stdout
    assert ("hint:" in done.stderr) == (code == 4)


def test_a_text_that_another_library_changed_names_the_library(
    winnow_here: Winnow, tmp_path: Path
) -> None:
    salt = TEXTS["salt.txt"]
    corpus = write_files(tmp_path / "web", {"page.html": PAGE.format(f"Once: {salt}")})
    build(corpus, Artifact(tmp_path / "ix"))
    blame_reading(Artifact(tmp_path / "ix"), corpus / "page.html", PAGE.format(salt), lxml="0.1")
    done = winnow_here("verify", "--index", tmp_path / "ix", "--sources")
    assert done.returncode == 4
    assert f"only its reading changed (lxml 0.1 → {version('lxml')}): page.html" in done.stdout


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
    done = winnow_here("verify", "--index", index, "--sources")
    assert done.returncode == 0
    assert "new: tides.txt (not in the index yet)" in done.stdout


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
