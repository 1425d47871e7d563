"""Score -> the chance that the passage answers the query: it is near, and it stands out.

Two logistic functions, multiplied. The first takes the score itself: how near passages are that
answer, and how near the best ones for a question that the corpus does not speak of. The second
takes how far the score lies above the background, which is what passages score that are merely on
the topic: the mean of the second to the tenth best of all candidates before any filter. The
background is one number for a query, so confidence never rises down a list and no filter changes
it. A score below the threshold is no answer.

The fewer passages there are, the less near one comes by chance: the middle of the first curve, and
the threshold, are those of 1,000 passages and more, and lower for fewer. All these numbers, one set
for each mode, are stored in the build with what they were fitted on.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from embeddings.records import Numbers, Vectors

_RANKS = slice(1, 10)
_ENOUGH = 1000
_STRONG = 0.5

Model = Mapping[str, Any]
"""Of one mode: `near` and `apart`, each with `slope` and `middle` (where the chance is one half);
`threshold`, the least score of an answer; `growth`, how much the first middle and the threshold
grow with each tenfold of passages, up to 1,000; and `stranger`, the score of the passages behind
the best for a question that belongs to another corpus."""


def find_background(scores: Vectors, model: Model) -> float:
    """The mean score of ranks 2 to 10 of all candidates, best first.

    Where there are fewer, a stranger's score stands in for each that is missing.
    """
    behind = scores[_RANKS]
    missing = _RANKS.stop - _RANKS.start - len(behind)
    return float(behind.sum() + missing * model["stranger"]) / (len(behind) + missing)


def estimate_confidence(
    scores: Vectors, background: float | Vectors, model: Model, passages: int | Numbers
) -> Vectors:
    """Chances between 0 and 1, in a corpus of so many passages."""
    near = _rise(scores - model["growth"] * grow(passages), model["near"])
    chances = near * _rise(scores - background, model["apart"])
    return chances.astype(np.float32)


def find_threshold(model: Model, passages: int) -> float:
    """The least score of an answer in a corpus of so many passages."""
    return round(float(model["threshold"] + model["growth"] * grow(passages)), 4)


def grow(passages: int | Numbers) -> Vectors:
    """How many tenfolds there are from 1,000 passages: 0, or less than that."""
    tenfolds: Vectors = np.log10(np.clip(passages, 1, _ENOUGH) / _ENOUGH)
    return tenfolds


def _rise(values: Vectors, curve: Mapping[str, float]) -> Vectors:
    rise: Vectors = 1 / (1 + np.exp(-curve["slope"] * (values - curve["middle"])))
    return rise


def name_confidence(confidence: float, answer: bool) -> str:
    """The words a page shows for a confidence."""
    if not answer:
        return "not an answer"
    return "strong match" if confidence >= _STRONG else "possible match"
