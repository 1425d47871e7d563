"""Arithmetic that every index shares."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from embeddings.records import Nearest, Numbers, Passage, Vectors


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


def find_neighbours(passages: Sequence[Passage]) -> Numbers:
    """The numbers of the passages before and after each in its document [n, 2].

    The first and the last have their one neighbour twice; a passage that is alone has itself.
    """
    neighbours = np.repeat(np.arange(len(passages), dtype=np.int64)[:, None], 2, axis=1)
    order = sorted(range(len(passages)), key=lambda i: (passages[i].document_id, passages[i].start))
    for _, group in groupby(order, key=lambda i: passages[i].document_id):
        own = list(group)
        neighbours[own[1:], 0] = own[:-1]
        neighbours[own[:-1], 1] = own[1:]
        neighbours[own[0], 0] = neighbours[own[0], 1]
        neighbours[own[-1], 1] = neighbours[own[-1], 0]
    return neighbours
