"""Ask every question, and measure what came back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from embeddings.wording import normalize
from service.evaluation.answers import (
    DEPTH,
    Answer,
    count_repeats,
    measure_answers,
    measure_refusals,
)
from service.evaluation.questions import CROSS, NEAR, Question
from service.query import Query
from service.search import Results, Searcher


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer; `rank` is that of the first right hit, 0 where there is none."""

    question: Question
    results: Results
    rank: int

    @property
    def refused(self) -> bool:
        return not self.results.answered

    @property
    def answer(self) -> Answer:
        """What is measured of the answer to any question."""
        hits = self.results.hits
        return Answer(
            answerable=self.question.answerable,
            answered=self.results.answered,
            right=self.rank == 1,
            confidence=hits[0].confidence if hits else 0.0,
            repeats=count_repeats(hits),
            milliseconds=self.results.took_ms["total"],
        )


def ask_all(searcher: Searcher, questions: Iterable[Question]) -> list[Asked]:
    """Ask each question for its first ten hits."""
    return [_ask(searcher, question) for question in questions]


def _ask(searcher: Searcher, question: Question) -> Asked:
    results = searcher.search(Query(question.text, k=DEPTH))
    right = (h.rank for h in results.hits if question.is_answered_by(h.stored.passage.text))
    return Asked(question, results, next(right, 0))


def count_furniture(searcher: Searcher, asked: Sequence[Asked]) -> int:
    """Hits whose whole text stands in their document as a heading or as set-aside furniture."""
    count = 0
    chaff: dict[str, set[str]] = {}
    for hit in (hit for one in asked for hit in one.results.hits):
        document_id = hit.stored.passage.document_id
        if document_id not in chaff:
            document = searcher.document(document_id)
            headings = {document.text[span.start : span.end] for span in document.headings}
            marks = {document.text[mark.start : mark.end] for mark in document.marks}
            chaff[document_id] = {normalize(text) for text in headings | marks}
        count += normalize(hit.stored.passage.text) in chaff[document_id]
    return count


def measure(asked: Sequence[Asked]) -> dict[str, float]:
    """hit@1, hit@3 and mrr@10 over the answerable, refusals right and wrong, and what is measured
    of every answer: calibration error, repeated hits, time.

    Questions in another language (`cross`) and near misses (`near`) are left out of all but that
    and their own measures.
    """
    own = [one for one in asked if one.question.kind not in (CROSS, NEAR)]
    answerable = [one for one in own if one.question.answerable]
    strangers = [one for one in own if not one.question.answerable]
    cross = [one for one in asked if one.question.kind == CROSS]
    near = [one for one in asked if one.question.kind == NEAR]
    return {
        "questions": len(asked),
        **measure_refusals([one.answer for one in answerable]),
        "first_right": sum(one.rank == 1 for one in answerable),
        "in_first_three": sum(1 <= one.rank <= 3 for one in answerable),
        "hit@1": _mean(one.rank == 1 for one in answerable),
        "hit@3": _mean(1 <= one.rank <= 3 for one in answerable),
        "mrr@10": _mean(1 / one.rank if one.rank else 0.0 for one in answerable),
        "unanswerable": len(strangers),
        "refused_rightly": sum(one.refused for one in strangers),
        "cross": len(cross),
        "cross_first_right": sum(one.rank == 1 for one in cross),
        "near": len(near),
        "near_refused": sum(one.refused for one in near),
        **measure_answers([one.answer for one in asked]),
    }


def measure_kinds(asked: Sequence[Asked]) -> dict[str, dict[str, int]]:
    """For each kind: how many, first right, in the first three, refused."""
    ordered = sorted(asked, key=lambda one: one.question.kind)
    kinds = {
        kind: list(group) for kind, group in groupby(ordered, key=lambda one: one.question.kind)
    }
    return {
        kind: {
            "questions": len(group),
            "first_right": sum(one.rank == 1 for one in group),
            "in_first_three": sum(1 <= one.rank <= 3 for one in group),
            "refused": sum(one.refused for one in group),
        }
        for kind, group in kinds.items()
    }


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return round(sum(listed) / len(listed), 4) if listed else 0.0
