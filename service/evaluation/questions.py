"""Questions with the passages that answer them, as `questions.jsonl` holds them.

A row has `id`, `kind`, `question` and `passage_contains_any`: a hit is right when its text has one
of these strings in it; an empty list means that nothing answers. Kind `cross` is a question in
another language than its passage, `near` one on the topic that the documents still do not answer.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import InvalidInput

CROSS = "cross"
NEAR = "near"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `strings` empty: nothing answers it."""

    id: str
    kind: str
    text: str
    strings: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        return bool(self.strings)

    def is_answered_by(self, text: str) -> bool:
        """Whether a passage's text contains one of the strings."""
        return any(string in text for string in self.strings)


def read_questions(path: Path) -> list[Question]:
    """Read a `questions.jsonl`. Raises InvalidInput that names the line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"{path} cannot be read: {error}", "give a questions.jsonl in UTF-8"
        ) from error
    questions = [
        _read_row(line, f"{path}:{number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not questions:
        raise InvalidInput(f"{path} holds no questions", "write one JSON object a line")
    return questions


def _read_row(line: str, place: str) -> Question:
    try:
        row = json.loads(line)
        strings = row["passage_contains_any"]
        question = Question(row["id"], row["kind"], row["question"], tuple(strings))
        well_formed = isinstance(strings, list) and all(
            isinstance(part, str) and part.strip()
            for part in (*strings, question.id, question.kind, question.text)
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput(f"{place} is no question: {error!r}", _REMEDY) from error
    if not well_formed:
        raise InvalidInput(f"{place} has a field that is empty or not text", _REMEDY)
    return question


_REMEDY = (
    'write {"id": "q1", "kind": "plain", "question": "…", "passage_contains_any": ["…"]} '
    "on each line"
)
