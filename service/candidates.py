"""Query -> candidates: the passages worth ranking, with the exact value of every signal.

Candidates are the union of the nearest passage vectors, the nearest sentence vectors and the best
BM25 passages, to a depth that depends on neither k nor offset.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.index import Index
from embeddings.records import Filter, Nearest, Numbers, Signals, Vectors
from service.confidence import Model, estimate_confidence, find_background, find_threshold
from service.fusion import fuse
from service.lexical import blend, find_shares
from service.query_words import QueryWords

CANDIDATE_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidates, best first, with everything known of them.

    `share` is the lexical signal; `reranked` are the reranker's values, NaN for what it did not
    read; `background` is what the best stand out of, `threshold` the least score of an answer, and
    `model` makes chances of scores in a corpus of so many `passages`. They are `complete` unless
    there may be passages that hold the query's phrases and were not read.
    """

    numbers: Numbers
    scores: Vectors
    share: Vectors
    signals: Signals
    reranked: Vectors
    background: float = 0.0
    model: Model = field(default_factory=dict)
    passages: int = 0
    threshold: float = 0.0
    complete: bool = True

    @property
    def confidence(self) -> Vectors:
        """The chance of each that it answers."""
        return estimate_confidence(self.scores, self.background, self.model, self.passages)

    @property
    def answers(self) -> NDArray[np.bool_]:
        """Whether each counts as an answer."""
        answers: NDArray[np.bool_] = self.scores >= self.threshold
        return answers

    def take(self, order: Numbers) -> "Candidates":
        """Some of them, in an order."""
        signals = self.signals
        return replace(
            self,
            numbers=self.numbers[order],
            scores=self.scores[order],
            share=self.share[order],
            signals=Signals(
                signals.passage[order],
                signals.context[order],
                signals.sentence[order],
                signals.lexical[order],
            ),
            reranked=self.reranked[order],
        )

    def drop_below(self, confidence: float) -> "Candidates":
        """Those whose chance is not less."""
        if confidence <= 0:
            return self
        return self.take(np.flatnonzero(self.confidence >= confidence))

    def sort(self) -> "Candidates":
        """Best first; ties by number, which is by passage id."""
        return self.take(np.lexsort((self.numbers, -self.scores)))


def find_candidates(
    everything: Candidates, found: Candidates, model: Model, passages: int
) -> Candidates:
    """The candidates `found` under a filter, with what they stand out of: `everything`."""
    return replace(
        found,
        background=find_background(everything.scores, model),
        model=model,
        passages=passages,
        threshold=find_threshold(model, passages),
    )


def rank_candidates(
    index: Index,
    ranking: Mapping[str, Any],
    mode: str,
    vector: Vectors,
    words: QueryWords,
    numbers: Numbers,
) -> Candidates:
    """The passages named, best first."""
    signals = index.signals(numbers, vector, words.weights)
    occurrences = index.occurrences(numbers, list(words.weights))
    shares = find_shares(words, signals.lexical, occurrences)
    share = blend(shares, ranking["shares"], words.count)
    # Rounded, so that equal passages tie and do not go by the last bit of a sum.
    scores = np.round(fuse(signals, share, ranking["weights"], mode, words.count), 6)
    unread = np.full(len(numbers), np.nan, dtype=np.float32)
    return Candidates(numbers, scores, share, signals, unread).sort()


def gather(
    index: Index, mode: str, filter: Filter, vector: Vectors, words: QueryWords, depth: int
) -> list[Nearest]:
    """The nearest passages under a filter, by each signal that the mode looks at."""
    found: list[Nearest] = []
    if mode != "lexical":
        found += index.dense(vector, depth, filter)
    if mode != "dense":
        found.append(index.lexical(words.weights, depth, filter))
    return found


def order_by_date(answers: NDArray[np.bool_], dates: Sequence[str | None]) -> Numbers:
    """The order in which answers come newest first, those without a date after them, then the rest.

    `dates` are those of the answers, as they are listed; what ties stays in the order it has.
    """
    own = np.flatnonzero(answers)
    newest = sorted(range(len(own)), key=lambda at: dates[at] or "", reverse=True)
    return np.concatenate([own[newest], np.flatnonzero(~answers)]).astype(np.int64)
