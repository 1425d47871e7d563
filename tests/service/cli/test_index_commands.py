"""`winnow verify`, `rollback`, `evaluate`, and the command line itself."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli import COMMANDS
from tests.service.cli.conftest import Winnow, make_environment

HEAVY = {
    "torch",
    "faiss",
    "sklearn",
    "sentence_transformers",
    "transformers",
    "fastapi",
    "starlette",
    "asyncpg",
    "pyarrow",
    "ray",
}
QUESTIONS = [
    ("a", "plain", "How many ships did the lighthouse keeper count?", ["nineteen ships"]),
    ("b", "none", "qwertyuiop asdfghjkl", []),
]


@pytest.fixture
def own_index(index: Path, tmp_path: Path) -> Path:
    return shutil.copytree(index, tmp_path / "ix")


def _write_questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    names = ("id", "kind", "question", "passage_contains_any")
    rows = (dict(zip(names, row, strict=True)) for row in QUESTIONS)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_verify_of_an_intact_build_exits_0(winnow: Winnow, own_index: Path) -> None:
    done = winnow("verify", "--index", own_index, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["intact"] is True
    assert report["build"] == (own_index / "current").read_text(encoding="ascii").strip()


@pytest.mark.parametrize("name", ["passages.sqlite", "passages.faiss", "manifest.json"])
def test_verify_of_a_build_with_one_byte_changed_exits_1(
    winnow_here: Winnow, own_index: Path, name: str
) -> None:
    (path,) = own_index.glob(f"builds/*/{name}")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    done = winnow_here("verify", "--index", own_index, "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert name in done.stderr and "hint:" in done.stderr


def test_verify_without_an_index_exits_1(winnow_here: Winnow) -> None:
    done = winnow_here("verify", "--index", "nowhere")
    assert done.returncode == 1
    assert "nowhere" in done.stderr


def test_rollback_makes_the_earlier_build_live(
    winnow: Winnow, own_index: Path, corpus: Path, tmp_path: Path
) -> None:
    first = (own_index / "current").read_text(encoding="ascii").strip()
    copy = shutil.copytree(corpus, tmp_path / "corpus")
    (copy / "ties.txt").unlink()
    assert winnow("rollback", "--index", own_index).returncode == 1, "there is nothing before it"
    second = winnow(
        *("build", copy, "--encoder", "hashing", "--index", own_index, "--replace", "--json")
    )
    assert json.loads(second.stdout)["build"] != first
    done = winnow("rollback", "--index", own_index, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"build": first}
    found = winnow("search", "barley turnip", "--index", own_index, "--json")
    answer = json.loads(found.stdout)
    assert (answer["build"], answer["hits"][0]["source"]) == (first, "ties.txt")


def test_evaluate_prints_measures_kinds_and_questions_as_json(
    winnow: Winnow, index: Path, tmp_path: Path
) -> None:
    questions = _write_questions(tmp_path)
    done = winnow("evaluate", questions, "--index", index, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["measures"]["hit@1"] == 1
    assert report["measures"]["refused_rightly"] == 1
    assert set(report["kinds"]) == {"plain", "none"}
    assert [row["id"] for row in report["questions"]] == ["a", "b"]


def test_evaluate_finds_the_index_of_the_folder_of_the_questions(
    winnow_here: Winnow, corpus: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(corpus, tmp_path / "corpus")
    _write_questions(copy)
    assert winnow_here("build", copy, "--encoder", "hashing").returncode == 0
    done = winnow_here("evaluate", copy / "questions.jsonl")
    assert done.returncode == 0, done.stderr
    assert "hit@1" in done.stdout and "plain" in done.stdout


def test_evaluate_names_the_line_of_a_bad_question(
    winnow: Winnow, index: Path, tmp_path: Path
) -> None:
    path = _write_questions(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + '{"id": "c"}\n', encoding="utf-8")
    done = winnow("evaluate", path, "--index", index)
    assert done.returncode == 2
    assert "questions.jsonl:3" in done.stderr and "hint:" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [(), ("frobnicate",), ("build",), ("verify", "extra")])
def test_a_command_that_cannot_be_used_exits_2(
    winnow_here: Winnow, arguments: tuple[str, ...]
) -> None:
    done = winnow_here(*arguments)
    assert done.returncode == 2
    assert done.stdout == "" and "usage:" in done.stderr


def test_help_names_every_command_and_loads_nothing_heavy(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom service.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n"
        f"    print(end.code, sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
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
    assert done.stderr.strip() == "0 []"
    named = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("    ")]
    assert set(COMMANDS) <= set(named)


def test_help_of_a_command_names_the_variable_of_each_flag(winnow_here: Winnow) -> None:
    done = winnow_here("serve", "--help")
    assert done.returncode == 0
    for flag in COMMANDS["serve"][0]:
        assert f"--{flag}" in done.stdout
        assert f"WINNOW_{flag.replace('-', '_').upper()}" in done.stdout
