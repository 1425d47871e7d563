"""Arithmetic that every index shares."""

import numpy as np

from embeddings.records import Nearest, Numbers, Vectors


def take_best(numbers: Numbers, scores: Vectors, depth: int) -> Nearest:
    """The `depth` highest scores, best first, ties by number."""
    order = np.lexsort((numbers, -scores))[:depth]
    return Nearest(numbers[order], scores[order])
