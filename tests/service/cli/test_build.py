"""`winnow build`: where the index goes, what is told, and what fails."""

import json
import shutil
from pathlib import Path

import pytest

from service.locations import locate_index
from tests.service.cli.conftest import Winnow


def test_the_index_goes_where_the_other_commands_look_for_it(
    winnow: Winnow, corpus: Path, tmp_path: Path
) -> None:
    built = winnow("build", corpus, "--encoder", "hashing")
    assert built.returncode == 0, built.stderr
    assert (locate_index([corpus], tmp_path) / "current").is_file()
    found = winnow("search", "whale oil for the lamp", "--json")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["hits"][0]["source"] == "harbour/lighthouse.txt"


def test_json_on_standard_output_and_the_rest_beside_it(winnow: Winnow, corpus: Path) -> None:
    built = winnow("build", corpus, "--encoder", "hashing", "--index", "ix", "--json")
    assert built.returncode == 0, built.stderr
    (line,) = built.stdout.splitlines()
    report = json.loads(line)
    assert report["fresh"] is True
    assert report["counts"]["documents"] == 17
    assert report["build"] in built.stderr
    assert "reading" in built.stderr


def test_without_json_standard_output_stays_empty(winnow_here: Winnow, corpus: Path) -> None:
    built = winnow_here("build", corpus, "--encoder", "hashing", "--index", "ix")
    assert built.stdout == ""
    assert "17 documents" in built.stderr


def test_as_many_earlier_builds_are_kept_as_the_flag_says(
    winnow_here: Winnow, corpus: Path, index: Path, tmp_path: Path
) -> None:
    shutil.copytree(index, tmp_path / "ix")
    own = shutil.copytree(corpus, tmp_path / "own")
    flags = ("--encoder", "hashing", "--index", "ix", "--replace", "--keep-builds")
    for number in range(3):
        (own / "new.txt").write_text(f"A text that was changed {number} times since.")
        assert winnow_here("build", own, *flags, 1).returncode == 0
    assert len(list((tmp_path / "ix" / "builds").iterdir())) == 2
    refused = winnow_here("build", own, *flags, 0)
    assert refused.returncode == 2 and "--keep-builds" in refused.stderr


def test_building_again_finds_that_nothing_changed(
    winnow_here: Winnow, corpus: Path, index: Path, tmp_path: Path
) -> None:
    shutil.copytree(index, tmp_path / "ix")
    again = winnow_here("build", corpus, "--encoder", "hashing", "--index", "ix", "--json")
    report = json.loads(again.stdout)
    assert report["fresh"] is False
    assert report["build"] == (index / "current").read_text(encoding="ascii").strip()
    assert "nothing changed" in again.stderr


def test_other_folders_need_replace(
    winnow_here: Winnow, corpus: Path, index: Path, tmp_path: Path
) -> None:
    shutil.copytree(index, tmp_path / "ix")
    other = shutil.copytree(corpus, tmp_path / "other")
    refused = winnow_here("build", other, "--encoder", "hashing", "--index", "ix")
    assert refused.returncode == 1
    assert str(corpus) in refused.stderr and "--replace" in refused.stderr
    replaced = winnow_here("build", other, "--encoder", "hashing", "--index", "ix", "--replace")
    assert replaced.returncode == 0, replaced.stderr


def test_strict_fails_when_a_document_cannot_be_read(winnow_here: Winnow, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    text = "The keeper of the lighthouse counted nineteen ships in the fog, one after the other."
    (tmp_path / "notes" / "good.txt").write_text(text, encoding="utf-8")
    (tmp_path / "notes" / "bad.txt").write_bytes(b"\x00\x01\x02" * 50)
    for arguments, code in (((), 0), (("--strict",), 1)):
        built = winnow_here("build", "notes", "--encoder", "hashing", "--index", "ix", *arguments)
        assert built.returncode == code
        assert "bad.txt" in built.stderr
    assert winnow_here("verify", "--index", "ix").returncode == 0


def test_an_empty_folder_is_named_with_the_remedy(winnow: Winnow, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    built = winnow("build", "empty", "--encoder", "hashing", "--index", "ix")
    assert built.returncode == 1
    assert built.stdout == ""
    assert "empty" in built.stderr and "hint:" in built.stderr
    assert "Traceback" not in built.stderr


def test_a_missing_folder_is_named(winnow_here: Winnow) -> None:
    built = winnow_here("build", "nowhere", "--encoder", "hashing", "--index", "ix")
    assert built.returncode == 1
    assert "nowhere does not exist" in built.stderr


def test_an_unknown_encoder_is_named_with_those_there_are(
    winnow_here: Winnow, corpus: Path
) -> None:
    built = winnow_here("build", corpus, "--encoder", "nosuchmodel", "--index", "ix")
    assert built.returncode == 1
    assert "nosuchmodel" in built.stderr and "all-MiniLM-L6-v2" in built.stderr


def test_ocr_without_its_programs_is_refused_before_anything_is_built(
    winnow_here: Winnow, corpus: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for command in ("build", "inspect"):
        done = winnow_here(command, corpus, "--encoder", "hashing", "--ocr")
        assert done.returncode == 2
        assert "--ocr needs tesseract" in done.stderr and "apt install" in done.stderr
