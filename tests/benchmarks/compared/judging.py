"""What is said of hits, by the same rules for every program.

A hit is right by `passage_contains_any` of its question, white space aside. It is a repeat when an
earlier one of the same answer has nine tenths of its runs of five words, and furniture when most of
its characters stand on lines that were marked by hand (`furniture.json`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from service.evaluation.questions import Question

SHOWN = 5
READ = 3
_RUN = 5  # words
_NEARLY_ALL = 0.9
_MOST = 0.5
_MARKS = Path(__file__).with_name("furniture.json")


@dataclass(frozen=True, slots=True)
class Hit:
    """A text and its score, of which more is better; scores of two programs do not compare."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits for a question, best first; not `answered`: the program says that none answers."""

    question: Question
    hits: tuple[Hit, ...]
    answered: bool = True

    @property
    def rank(self) -> int:
        """Of the first right hit; 0 where there is none, or where the question was refused."""
        if not self.answered:
            return 0
        right = (n for n, hit in enumerate(self.hits, 1) if _answers(self.question, hit.text))
        return next(right, 0)

    @property
    def best(self) -> float:
        """The score of the first hit."""
        return self.hits[0].score if self.hits else float("-inf")


def _answers(question: Question, text: str) -> bool:
    words = " ".join(text.split())
    return any(" ".join(string.split()) in words for string in question.strings)


def count_repeats(hits: Sequence[Hit]) -> int:
    """Hits of which an earlier one has nearly all the text."""
    seen: list[set[tuple[str, ...]]] = []
    count = 0
    for runs in (_cut(hit.text) for hit in hits):
        count += any(len(runs & earlier) >= _NEARLY_ALL * len(runs) for earlier in seen)
        seen.append(runs)
    return count


def _cut(text: str) -> set[tuple[str, ...]]:
    """All runs of some words that stand side by side in a text; of a short one, itself."""
    words = text.casefold().split()
    last = max(1, len(words) - _RUN + 1)
    return {tuple(words[start : start + _RUN]) for start in range(last)}


@dataclass(slots=True)
class Furniture:
    """Texts without white space, and for each character whether it stands on a marked line.

    Hits are found again in them so, whatever a program does to blanks and line ends.
    """

    lost: int = 0
    _texts: list[tuple[str, list[bool]]] = field(default_factory=list)

    def add(self, text: str, lines: Iterable[int]) -> None:
        """A text with the numbers of its marked lines, from 1."""
        wanted = set(lines)
        solid, marks = [], []
        for number, line in enumerate(text.split("\n"), 1):
            part = "".join(line.split())
            solid.append(part)
            marks += [number in wanted] * len(part)
        self._texts.append(("".join(solid), marks))

    def holds(self, hit: Hit) -> bool:
        """Whether most of a hit is furniture; one that is found nowhere counts as `lost`."""
        solid = "".join(hit.text.split())
        for text, marks in self._texts:
            start = text.find(solid)
            if solid and start >= 0:
                own = marks[start : start + len(solid)]
                return sum(own) > _MOST * len(own)
        self.lost += 1
        return False


def read_furniture(folder: Path, name: str) -> Furniture:
    """The texts of a folder; `name` is the one that its files have in `furniture.json`."""
    marked: Mapping[str, list[int]] = json.loads(_MARKS.read_text(encoding="utf-8"))
    furniture = Furniture()
    for path in sorted(folder.glob("*.txt")):
        furniture.add(path.read_text(encoding="utf-8"), marked[f"{name}/{path.name}"])
    return furniture
