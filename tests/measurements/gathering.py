"""What every signal says of the candidates of judged queries, gathered once to try weights on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from embeddings.encoders import Encoder
from embeddings.index import Index
from embeddings.records import Numbers, Signals, Vectors
from service.candidates import CANDIDATE_DEPTH
from service.evaluation.collections import Collection
from service.fusion import fuse
from service.lexical import Shares, blend, find_shares
from service.query_words import Vocabulary
from tests.measurements.judged import find_owners

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known of the candidates of a query of so many terms, and what is judged for it."""

    numbers: Numbers
    signals: Signals
    shares: Shares
    owners: list[frozenset[str]]
    judged: Mapping[str, int]
    terms: int

    @property
    def right(self) -> Numbers:
        """Whether each candidate answers."""
        wanted = {name for name, relevance in self.judged.items() if relevance > 0}
        return np.array([bool(own & wanted) for own in self.owners], dtype=bool)


def gather(
    index: Index, vectors: Vectors, collection: Collection, depth: int | None = CANDIDATE_DEPTH
) -> Iterator[Gathered]:
    """The candidates of every query, with the exact value of all signals."""
    owners = find_owners(index)
    vocabulary = Vocabulary(index)
    for vector, (query, text) in zip(vectors, collection.queries.items(), strict=True):
        words = vocabulary.read(text)
        if depth is None:
            numbers = np.arange(index.passage_count)
        else:
            found = [*index.dense(vector, depth), index.lexical(words.weights, depth)]
            numbers = np.unique(np.concatenate([one.numbers for one in found]))
        signals = index.signals(numbers, vector, words.weights)
        occurrences = index.occurrences(numbers, list(words.weights))
        shares = find_shares(words, signals.lexical, occurrences)
        judged = collection.judgements.get(query, {})
        yield Gathered(numbers, signals, shares, [owners[n] for n in numbers], judged, words.count)


def flatten(ranking: Mapping[str, Any]) -> dict[str, float]:
    """The weights of a ranking in one table, those of the shares as `share_*`."""
    shares = {f"share_{name}": weight for name, weight in ranking["shares"].items()}
    return {**ranking["weights"], **shares}


def score(one: Gathered, weights: Weights, mode: str) -> Vectors:
    """The score of each candidate; `weights` are flat: the sum's, and the shares' as `share_*`."""
    shares = {name[6:]: weight for name, weight in weights.items() if name.startswith("share_")}
    share = blend(one.shares, shares, one.terms)
    return np.round(fuse(one.signals, share, weights, mode, one.terms), 6)


def ask(
    index: Index, encoder: Encoder, part: Collection, depth: int | None = CANDIDATE_DEPTH
) -> Iterator[Gathered]:
    """The candidates of every query of a collection; depth None: every passage."""
    vectors = encoder.encode_queries(list(part.queries.values()))
    return gather(index, vectors, part, depth)
