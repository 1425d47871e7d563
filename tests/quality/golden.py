"""What the default encoder answers to every question over seeds/, a line each, to see what a change
of ranking changes.

`python -m tests.quality.golden` writes it anew. Machines differ in the last bits of a vector, so
hits whose scores are about equal are put in order of their ids, and confidence has two decimals.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from pathlib import Path

from service.evaluation.evaluate import Asked, ask_all
from service.evaluation.questions import read_questions
from service.evaluation.showcase import SEEDS, open_seeds
from service.search import Hit

GOLDEN = Path(__file__).parent / "golden.tsv"
REWRITE = "if this is meant, write it anew and commit it: make golden"
_EQUAL_SCORES = 0.0005
_EQUAL_CONFIDENCE = 0.02
_SHOWN = 3
_ID = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One question: its first three hits, the rank of the first right one (0: none), and whether
    it is answered, with what confidence."""

    id: str
    kind: str
    hits: str
    right: str
    answered: str
    confidence: str

    def is_like(self, other: "Line") -> bool:
        """The same but for what two machines may differ in."""
        own, its = astuple(self)[:-1], astuple(other)[:-1]
        apart = abs(float(self.confidence) - float(other.confidence))
        return own == its and apart <= _EQUAL_CONFIDENCE + 1e-9


def describe(asked: Sequence[Asked]) -> list[Line]:
    return [_describe(one) for one in asked]


def _describe(one: Asked) -> Line:
    hits = settle(one.results.hits)
    right = (
        place
        for place, hit in enumerate(hits, start=1)
        if one.question.is_answered_by(hit.stored.passage.text)
    )
    return Line(
        one.question.id,
        one.question.kind,
        " ".join(hit.stored.passage.id[:_ID] for hit in hits[:_SHOWN]),
        str(next(right, 0)),
        "answered" if one.results.answered else "refused",
        f"{one.results.hits[0].confidence:.2f}" if one.results.hits else "0.00",
    )


def settle(hits: Sequence[Hit]) -> list[Hit]:
    """The hits with those that score about the same as the one before in order of their ids."""
    ties: list[list[Hit]] = [[hit] for hit in hits[:1]]
    for before, hit in pairwise(hits):
        if before.score - hit.score <= _EQUAL_SCORES:
            ties[-1].append(hit)
        else:
            ties.append([hit])
    return [hit for tie in ties for hit in sorted(tie, key=lambda one: one.stored.passage.id)]


def find_differences(before: Sequence[Line], now: Sequence[Line]) -> Iterator[str]:
    """A line for what was and one for what is, of each question that is answered otherwise."""
    old, new = _by_id(before), _by_id(now)
    for question in sorted(old.keys() | new.keys()):
        was, is_now = old.get(question), new.get(question)
        if was and is_now and was.is_like(is_now):
            continue
        if was:
            yield f"- {_show(was)}"
        if is_now:
            yield f"+ {_show(is_now)}"


def _by_id(lines: Sequence[Line]) -> Mapping[str, Line]:
    return {line.id: line for line in lines}


def _show(line: Line) -> str:
    return "  ".join(astuple(line))


def read(path: Path) -> list[Line]:
    rows = path.read_text(encoding="utf-8").splitlines()[1:]
    return [Line(*row.split("\t")) for row in rows]


def write(path: Path, lines: Sequence[Line]) -> None:
    rows = [[field.name for field in fields(Line)], *(astuple(line) for line in lines)]
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    with open_seeds() as searcher:
        write(GOLDEN, describe(ask_all(searcher, read_questions(SEEDS / "questions.jsonl"))))
