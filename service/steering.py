"""Leaning a question towards passages that were liked, and away from those that were not.

Rocchio's way (1971), in the space of vectors: to the question's vector comes LIKE times the mean of
those liked, off it goes UNLIKE times the mean of the others, and the sum is made as long as they
are. The words stay those of the question. Both weights were measured (docs/steering.md).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.records import Vectors

LIKE = 1.2
UNLIKE = 0.2
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MADE = re.compile(r"[0-9a-f]{16}")  # as ids of passages are made, and no word is


@dataclass(frozen=True, slots=True)
class Judged:
    """What was liked or not: a text with its vector; `number` where it is a passage."""

    text: str
    vector: Vectors
    number: int | None = None


def may_be_id(value: str) -> bool:
    """Whether a value could be the id of a passage: one word of letters and digits."""
    return _ID.fullmatch(value) is not None


def is_lost_id(value: str) -> bool:
    """Whether a value that is no passage's id was one all the same: no text looks so."""
    return _MADE.fullmatch(value) is not None


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
