"""Reading questions.jsonl: what a row may be, and that a bad one is named by its line."""

import json
from pathlib import Path

import pytest

from embeddings.errors import InvalidInput
from service.evaluation.questions import read_questions

ROW = {"id": "q1", "kind": "plain", "question": "Who?", "passage_contains_any": ["the keeper"]}


def _write(tmp_path: Path, *lines: str, prefix: bytes = b"") -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(prefix + "\n".join(lines).encode())
    return path


def test_a_row_is_a_question_with_the_strings_that_answer_it(tmp_path: Path) -> None:
    (question,) = read_questions(_write(tmp_path, json.dumps(ROW | {"language": "en"}), ""))
    assert (question.id, question.kind, question.text) == ("q1", "plain", "Who?")
    assert question.answerable
    assert question.is_answered_by("It was the keeper.")
    assert not question.is_answered_by("It was The Keeper.")


def test_a_row_without_strings_has_no_answer(tmp_path: Path) -> None:
    (question,) = read_questions(_write(tmp_path, json.dumps(ROW | {"passage_contains_any": []})))
    assert not question.answerable
    assert not question.is_answered_by("anything")


def test_line_ends_of_other_systems_and_inside_of_strings_are_read(tmp_path: Path) -> None:
    odd = json.dumps(ROW | {"question": "one\u2028two\x85three"}, ensure_ascii=False)
    path = _write(tmp_path, f"{odd}\r", json.dumps(ROW), prefix=b"\xef\xbb\xbf")
    first, second = read_questions(path)
    assert first.text == "one\u2028two\x85three"
    assert second.text == "Who?"


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        '"a string"',
        "null",
        "[" * 100_000,
        json.dumps({"id": "q1"}),
        json.dumps(ROW | {"question": 5}),
        json.dumps(ROW | {"question": " "}),
        json.dumps(ROW | {"id": None}),
        json.dumps(ROW | {"passage_contains_any": "the keeper"}),
        json.dumps(ROW | {"passage_contains_any": [1]}),
        json.dumps(ROW | {"passage_contains_any": [""]}),
        json.dumps(ROW | {"passage_contains_any": None}),
    ],
    ids=lambda row: row[:60],
)
def test_a_bad_row_is_named_by_file_and_line_with_the_remedy(tmp_path: Path, bad: str) -> None:
    path = _write(tmp_path, json.dumps(ROW), "", bad)
    with pytest.raises(InvalidInput) as refused:
        read_questions(path)
    assert refused.value.message.startswith(f"{path}:3 ")
    assert "passage_contains_any" in refused.value.hint


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe\x00"])
def test_a_file_without_questions_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        read_questions(path)
    assert str(path) in refused.value.message
    assert refused.value.hint


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_questions(tmp_path / "nothing.jsonl")
    assert "nothing.jsonl" in refused.value.message
