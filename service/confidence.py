"""Score -> the chance that the passage answers the query.

A logistic function of the score, one for each mode, so that confidence never rises down a list and
no filter changes it. Slope, intercept and the threshold of an answer are stored in the build
with what they were fitted on.
"""

from collections.abc import Mapping

import numpy as np

from embeddings.records import Vectors

_STRONG = 0.5


def estimate_confidence(scores: Vectors, curve: Mapping[str, float]) -> Vectors:
    """Chances between 0 and 1."""
    chances: Vectors = 1 / (1 + np.exp(-(curve["slope"] * scores + curve["intercept"])))
    return chances


def name_confidence(confidence: float, answer: bool) -> str:
    """The words a page shows for a confidence."""
    if not answer:
        return "not an answer"
    return "strong match" if confidence >= _STRONG else "possible match"
