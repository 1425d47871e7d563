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


def concatenate_ranges(starts: Numbers, sizes: Numbers) -> Numbers:
    """`start, start + 1, …` of each range, one after the other."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    rows: Numbers = np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - sizes), sizes)
    return rows


def find_neighbours(documents: Numbers, starts: Numbers) -> Numbers:
    """The numbers of the passages before and after each in its document [n, 2].

    The first and the last have their one neighbour twice; a passage that is alone has itself.
    """
    neighbours = np.repeat(np.arange(len(documents), dtype=np.int64)[:, None], 2, axis=1)
    order = np.lexsort((starts, documents))
    before, after = order[:-1], order[1:]
    together = documents[before] == documents[after]
    has_before, has_after = after[together], before[together]
    neighbours[has_before, 0] = before[together]
    neighbours[has_after, 1] = after[together]
    first, last = np.setdiff1d(has_after, has_before), np.setdiff1d(has_before, has_after)
    neighbours[first, 0] = neighbours[first, 1]
    neighbours[last, 1] = neighbours[last, 0]
    return neighbours
