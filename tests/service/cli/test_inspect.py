"""`winnow inspect`: what is kept, folded and set aside, without the encoder's weights."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.service.building import KEEPER, LIGHTHOUSE
from tests.service.cli.conftest import Winnow, make_environment, run_winnow


@pytest.fixture(scope="module")
def rows(corpus: Path) -> dict[str, dict[str, Any]]:
    """What `--json` prints, by source."""
    shown = run_winnow(corpus, "inspect", corpus, "--encoder", "hashing", "--json")
    assert shown.returncode == 0, shown.stderr
    return {row["source"]: row for row in map(json.loads, shown.stdout.splitlines())}


def test_json_is_one_line_a_document_with_the_fields_of_the_design(
    rows: dict[str, dict[str, Any]],
) -> None:
    assert len(rows) == 17
    for row in rows.values():
        assert row.keys() >= {"source", "title", "text", "passages", "marked", "folded"}
        for passage in row["passages"]:
            assert passage.keys() == {"start", "end", "text", "heading", "comment"}
        for mark in row["marked"]:
            assert mark.keys() == {"start", "end", "text", "reason"}


def test_every_part_lies_where_it_says(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["harbour/lighthouse.txt"]["text"] == LIGHTHOUSE
    for row in rows.values():
        for part in (*row["passages"], *row["marked"], *row["folded"]):
            assert row["text"][part["start"] : part["end"]] == part["text"]


def test_kept_folded_and_set_aside_are_told_apart(rows: dict[str, dict[str, Any]]) -> None:
    first, second = rows["harbour/lighthouse.txt"], rows["harbour/storm.txt"]
    assert KEEPER in [passage["text"] for passage in first["passages"]]
    assert KEEPER not in [passage["text"] for passage in second["passages"]]
    assert [fold["text"] for fold in second["folded"]] == [KEEPER]
    assert {mark["reason"] for mark in first["marked"]} == {"share line", "tag list"}


def test_text_shows_what_is_kept_beside_what_is_not_and_why(
    winnow_here: Winnow, corpus: Path
) -> None:
    shown = winnow_here("inspect", corpus / "harbour", "--encoder", "hashing")
    assert shown.returncode == 0, shown.stderr
    assert "kept" in shown.stdout
    kept, aside = shown.stdout.index("In winter the lamp"), shown.stdout.index("marked: share line")
    rows = shown.stdout.splitlines()
    column = next(row.index("folded or set aside") for row in rows if "folded or set aside" in row)
    assert {row.index("marked:") for row in rows if "marked:" in row} == {column}
    assert {row.index("folded  ") for row in rows if "folded  " in row} == {column}
    assert all(0 < row.index("In winter") < column for row in rows if "In winter" in row)
    assert kept < aside


def test_a_readers_comment_is_shown_as_one(winnow_here: Winnow, tmp_path: Path) -> None:
    said = "My father kept that light, and he never saw a ship go down in all his years."
    text = f"{LIGHTHOUSE}\n\nHe rowed home at dawn. {KEEPER}\n\nComments\n\n{said}\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    shown = winnow_here("inspect", tmp_path / "a.txt", "--encoder", "hashing")
    (row,) = [row for row in shown.stdout.splitlines() if "a reader's comment" in row]
    assert "My father kept" in row


def test_an_unreadable_document_is_told_beside_the_rest(winnow: Winnow, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "bad.txt").write_bytes(b"\x00" * 100)
    text = "A line about the harbour that is long enough to stand as a passage of its own here."
    (tmp_path / "notes" / "good.txt").write_text(text, encoding="utf-8")
    shown = winnow("inspect", "notes", "--encoder", "hashing", "--json")
    assert shown.returncode == 0
    assert "bad.txt" in shown.stderr
    assert [json.loads(line)["source"] for line in shown.stdout.splitlines()] == ["good.txt"]


def test_globs_choose_what_is_read(winnow: Winnow, tmp_path: Path, corpus: Path) -> None:
    shown = winnow(
        "inspect", corpus, "--encoder", "hashing", "--json", "--exclude", "storm*",
        WINNOW_INCLUDE="harbour:other",
    )  # fmt: skip
    assert [json.loads(line)["source"] for line in shown.stdout.splitlines()] == [
        "harbour/lighthouse.txt"
    ]
    assert "left out by --exclude `storm*`: 1 file" in shown.stderr.splitlines()


def test_an_empty_folder_is_told(winnow_here: Winnow, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    shown = winnow_here("inspect", "empty", "--encoder", "hashing")
    assert shown.returncode == 1
    assert shown.stdout == "" and "hint:" in shown.stderr


def test_the_tokenizer_of_the_default_encoder_needs_neither_weights_nor_torch(
    corpus: Path, tmp_path: Path
) -> None:
    program = (
        "import sys; from service.cli import main; "
        f"code = main(['inspect', {str(corpus / 'harbour')!r}, '--json']); "
        "print(code, sorted({'torch', 'faiss', 'sentence_transformers', 'safetensors', 'fastapi'}"
        " & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=make_environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == "0 []"
    assert len(done.stdout.splitlines()) == 2
