"""Score -> the chance that the passage answers the query.

A logistic function of two things: the passage's score, and the background, which is what passages
that are merely on the topic score for this query: the mean of the second to the tenth best of all
candidates before any filter. An answer is absolutely near, and it stands out. Within an answer
the background is one number, so confidence never rises down a list and no filter changes it. The
coefficients, one set for each mode, and the threshold of an answer are stored in the build with
what they were fitted on.
"""

from collections.abc import Mapping

import numpy as np

from embeddings.records import Vectors

_RANKS = slice(1, 10)
_STRONG = 0.5


def find_background(scores: Vectors, model: Mapping[str, float]) -> float:
    """The mean score of ranks 2 to 10 of all candidates, best first.

    Where there are fewer, a stranger's score stands in for each that is missing.
    """
    behind = scores[_RANKS]
    missing = _RANKS.stop - _RANKS.start - len(behind)
    return float(behind.sum() + missing * model["stranger"]) / (len(behind) + missing)


def estimate_confidence(scores: Vectors, background: float, model: Mapping[str, float]) -> Vectors:
    """Chances between 0 and 1."""
    odds = model["score"] * scores + model["background"] * background + model["intercept"]
    chances: Vectors = 1 / (1 + np.exp(-odds))
    return chances


def name_confidence(confidence: float, answer: bool) -> str:
    """The words a page shows for a confidence."""
    if not answer:
        return "not an answer"
    return "strong match" if confidence >= _STRONG else "possible match"
