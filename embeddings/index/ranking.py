"""Arithmetic that every index shares."""

import numpy as np

from embeddings.records import Nearest, Numbers, Vectors


def take_best(numbers: Numbers, scores: Vectors, depth: int) -> Nearest:
    """The `depth` highest scores, best first, ties by number."""
    order = np.lexsort((numbers, -scores))[:depth]
    return Nearest(numbers[order], scores[order])


def multiply(rows: Vectors, vector: Vectors) -> Vectors:
    """The inner product of each row with a vector. Raises ValueError where lengths differ.

    Row by row, where a matrix product would let the last bit of one depend on how many others there
    are, so that a filter could change a score.
    """
    if rows.shape[1] != len(vector):
        raise ValueError(f"a vector of {len(vector)} numbers, where the index has {rows.shape[1]}")
    products: Vectors = np.einsum("ij,j->i", rows, vector)
    return products
