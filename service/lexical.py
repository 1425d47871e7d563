"""The lexical signal: how much of the query's information a passage holds, and how close together.

Three shares of the information in the query's terms (the sum of their idf), each 0 to 1: what BM25
makes of the whole passage with its title, what one sentence of it holds, and what stands in it next
to each other as it does in the query. A passage that scatters the query's words over its sentences
seldom answers it (compare Metzler and Croft, SIGIR 2005, on dependence between terms).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from embeddings.records import Occurrences, Vectors
from service.query_words import QueryWords

_NEAR = 2  # places apart
_FADES_FROM = 4  # terms


@dataclass(frozen=True, slots=True)
class Shares:
    """Of n passages, what each holds of the query's information, 0 to 1, in three ways."""

    passage: Vectors
    sentence: Vectors
    neighbours: Vectors


def find_shares(words: QueryWords, lexical: Vectors, found: Occurrences) -> Shares:
    """The shares of n passages, of their BM25 sums and of where the query's terms stand in them.

    `found` are the occurrences of the terms in the order of `words.weights`.
    """
    total = np.float32(words.idf.sum())
    if total == 0:
        return Shares(lexical * 0, lexical * 0, lexical * 0)
    places = np.array([words.word_of[term] for term in words.weights], dtype=np.int64)
    found = replace(found, term=places[found.term])
    sentence = _share_of_sentence(words, found, len(lexical)) / total
    near = _share_of_neighbours(words, found, len(lexical)) if words.neighbours else sentence
    return Shares(lexical / total, sentence, near)


def blend(shares: Shares, weights: Mapping[str, float], terms: int) -> Vectors:
    """The lexical signal, 0 to 1: the sum of the shares by weights that come to 1.

    In a query of many terms no sentence holds most of them, so what stands together fades.
    """
    together = (
        weights["sentence"] * shares.sentence + weights["neighbours"] * shares.neighbours
    ) * np.float32(min(1.0, _FADES_FROM / max(1, terms)))
    signal: Vectors = weights["passage"] * shares.passage + together
    return signal


def _share_of_sentence(words: QueryWords, found: Occurrences, count: int) -> Vectors:
    """The most information that one sentence of each passage holds."""
    best = np.zeros(count, dtype=np.float32)
    if len(found.term):
        most = int(found.sentence.max()) + 1
        sentences = found.passage * most + found.sentence
        once, terms = np.divmod(np.unique(sentences * words.count + found.term), words.count)
        starts = np.flatnonzero(np.diff(once, prepend=-1))
        held = np.add.reduceat(words.worth[terms], starts)
        np.maximum.at(best, once[starts] // most, held)
    return best


def _share_of_neighbours(words: QueryWords, found: Occurrences, count: int) -> Vectors:
    """Of the query's neighbours, the share that are near each other in each passage."""
    size = words.count
    pairs = np.array(words.neighbours)
    values = words.worth[pairs].mean(axis=1)
    value = np.zeros((size, size), dtype=np.float32)
    value[pairs[:, 0], pairs[:, 1]] = values
    held = []
    for apart in range(1, _NEAR + 1):
        # Of the rows `apart` from each other, all that are so near are at most that many rows off.
        here, there = slice(None, -apart), slice(apart, None)
        low = np.minimum(found.term[here], found.term[there])
        high = np.maximum(found.term[here], found.term[there])
        near = (
            (found.passage[here] == found.passage[there])
            & (found.place[there] - found.place[here] <= _NEAR)
            & (value[low, high] > 0)
        )
        held.append((found.passage[here][near] * size + low[near]) * size + high[near])
    once, pair = np.divmod(np.unique(np.concatenate(held)), size * size)
    sums = np.bincount(once, weights=value.ravel()[pair], minlength=count)
    share: Vectors = (sums / words.idf[pairs].mean(axis=1).sum()).astype(np.float32)
    return share
