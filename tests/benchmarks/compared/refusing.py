"""A bound on the score of the first hit, below which a program would have to say "no answer".

It is fitted on one half of the questions and judged on the other: what refusal could be had from
a program that has none, by whoever has questions of their own to fit it on.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.benchmarks.compared.judging import Answer


@dataclass(frozen=True, slots=True)
class Refusals:
    """Of the judged half: questions that nothing answers, those refused; the same of the others."""

    unanswerable: int
    refused_rightly: int
    answerable: int
    refused_wrongly: int


def halve(answers: Sequence[Answer]) -> tuple[list[Answer], list[Answer]]:
    """Every other question of each kind, in their order: to fit on, and to judge on."""
    kinds: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        kinds[answer.question.kind].append(answer)
    halves = [(own[::2], own[1::2]) for own in kinds.values()]
    return [one for first, _ in halves for one in first], [
        one for _, last in halves for one in last
    ]


def fit_bound(answers: Sequence[Answer]) -> float:
    """The first hit's score that parts the two sorts best: the mean of both shares put right."""
    scores = sorted({answer.best for answer in answers})
    bounds = [scores[0], *((low + high) / 2 for low, high in pairwise(scores))]
    return max(bounds, key=lambda bound: _part(answers, bound))


def _part(answers: Sequence[Answer], bound: float) -> float:
    sorts: dict[bool, list[bool]] = {True: [], False: []}
    for answer in answers:
        sorts[answer.question.answerable].append(
            (answer.best >= bound) is answer.question.answerable
        )
    return sum(sum(right) / len(right) for right in sorts.values() if right)


def judge_bound(answers: Sequence[Answer]) -> Refusals:
    """Fit on one half, judge on the other."""
    fitted, judged = halve(answers)
    bound = fit_bound(fitted)
    return count_refusals(judged, [answer.best < bound for answer in judged])


def judge_own(answers: Sequence[Answer]) -> Refusals:
    """The program's own refusals, over the half that a bound is judged on."""
    _, judged = halve(answers)
    return count_refusals(judged, [not answer.answered for answer in judged])


def count_refusals(answers: Sequence[Answer], refused: Sequence[bool]) -> Refusals:
    pairs = list(zip(answers, refused, strict=True))
    return Refusals(
        unanswerable=sum(not one.question.answerable for one in answers),
        refused_rightly=sum(no for one, no in pairs if not one.question.answerable),
        answerable=sum(one.question.answerable for one in answers),
        refused_wrongly=sum(no for one, no in pairs if one.question.answerable),
    )
