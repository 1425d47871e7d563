"""An answer as it is measured, whatever the dataset: refused or not, right or not, and its time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.wording import normalize
from service.evaluation.calibration import measure_calibration
from service.query import Query
from service.search import Hit, Searcher

DEPTH = 10
_WARMING = "what does this folder say?"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back first: `confidence` is the first hit's, and `right` whether that answers."""

    answerable: bool
    answered: bool
    right: bool
    confidence: float
    repeats: int
    milliseconds: float


def warm(searcher: Searcher) -> None:
    """Ask something, since the first query of a process takes longer than those after it."""
    searcher.search(Query(_WARMING, k=1))


def count_repeats(hits: Iterable[Hit]) -> int:
    """Hits whose text another hit of the same answer has too."""
    texts = Counter(normalize(hit.stored.passage.text) for hit in hits)
    return sum(count - 1 for count in texts.values())


def measure_answers(answers: Sequence[Answer]) -> dict[str, float]:
    """Calibration error of the first hits' confidence, repeated hits, and the time of a query."""
    chances = [one.confidence for one in answers]
    error = measure_calibration(chances, [one.right for one in answers]) if answers else 0.0
    times = [one.milliseconds for one in answers] or [0.0]
    return {
        "calibration_error": round(error, 4),
        "repeated_hits": sum(one.repeats for one in answers),
        "latency_p50_ms": round(float(np.percentile(times, 50)), 2),
        "latency_p95_ms": round(float(np.percentile(times, 95)), 2),
    }


def measure_refusals(answers: Sequence[Answer]) -> dict[str, float]:
    """How many have an answer, and how many of these were refused by mistake; the share of them."""
    answerable = [one for one in answers if one.answerable]
    refused = sum(not one.answered for one in answerable)
    return {
        "answerable": len(answerable),
        "refused_wrongly": refused,
        "refused_wrongly_share": round(refused / len(answerable), 4) if answerable else 0.0,
    }
