"""Score -> the chance that the passage answers the query: it is near, and it stands out.

Two logistic functions, multiplied. The first takes the score itself: how near passages are that
answer, and how near the best ones for a question that the corpus does not speak of. The second
takes how far the score lies above the background, which is what passages score that are merely on
the topic: the mean of the second to the tenth best of all candidates before any filter. The
background is one number for a query, so confidence never rises down a list and no filter changes
it. A score below the threshold is no answer. All these numbers, one set for each mode, are stored
in the build with what they were fitted on.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from embeddings.records import Vectors

_RANKS = slice(1, 10)
_STRONG = 0.5

Model = Mapping[str, Any]
"""Of one mode: `near` and `apart`, each with `slope` and `middle` (where the chance is one half),
`stranger`, the score of the best hit of a question that belongs to another corpus, and
`threshold`, the least score of an answer."""


def find_background(scores: Vectors, model: Model) -> float:
    """The mean score of ranks 2 to 10 of all candidates, best first.

    Where there are fewer, a stranger's score stands in for each that is missing.
    """
    behind = scores[_RANKS]
    missing = _RANKS.stop - _RANKS.start - len(behind)
    return float(behind.sum() + missing * model["stranger"]) / (len(behind) + missing)


def estimate_confidence(scores: Vectors, background: float, model: Model) -> Vectors:
    """Chances between 0 and 1."""
    chances: Vectors = _rise(scores, model["near"]) * _rise(scores - background, model["apart"])
    return chances


def _rise(values: Vectors, curve: Mapping[str, float]) -> Vectors:
    rise: Vectors = 1 / (1 + np.exp(-curve["slope"] * (values - curve["middle"])))
    return rise


def name_confidence(confidence: float, answer: bool) -> str:
    """The words a page shows for a confidence."""
    if not answer:
        return "not an answer"
    return "strong match" if confidence >= _STRONG else "possible match"
