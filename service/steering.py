"""Leaning a question towards passages that were liked, and away from those that were not.

Rocchio's way (1971), in the space of vectors: to the question's vector comes LIKE times the mean of
those liked, off it goes UNLIKE times the mean of the others, and the sum is made as long as they
are. The words stay those of the question. Both weights were measured (docs/steering.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.records import Vectors

LIKE = 0.8
UNLIKE = 0.2


@dataclass(frozen=True, slots=True)
class Judged:
    """What was liked or not: a text with its vector; `number` where it is a passage."""

    text: str
    vector: Vectors
    number: int | None = None


def steer(vector: Vectors | None, like: Sequence[Judged], unlike: Sequence[Judged]) -> Vectors:
    """The vector of a question that leans so, of length 1; None is a question without a text."""
    moved = np.zeros_like((like or unlike)[0].vector) if vector is None else vector
    if like:
        moved = moved + LIKE * np.mean([one.vector for one in like], axis=0)
    if unlike:
        moved = moved - UNLIKE * np.mean([one.vector for one in unlike], axis=0)
    length = np.linalg.norm(moved)
    steered: Vectors = (moved / (length or 1)).astype(np.float32)
    return steered
