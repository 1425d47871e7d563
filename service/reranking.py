"""A second look at the best candidates by a model that reads query and passage together.

The reranker is one more signal of the absolute sum: WEIGHT times how far its value (0 to 1) lies
from one half, for the passages it read, and nothing for those it did not reach. It reads from the
top, in small batches, until the time is spent; a batch that has begun is finished.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np

from embeddings.encoders import Reranker
from embeddings.records import Vectors

DEPTH = 50
BATCH = 8
WEIGHT = 2.0


class Reranking:
    """A reranker with the milliseconds it may take for a query; shared by builds and threads."""

    def __init__(
        self,
        reranker: Reranker,
        milliseconds: int,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.reranker = reranker
        self.milliseconds = milliseconds
        self._clock = clock

    def read(self, query: str, texts: Sequence[str]) -> Vectors:
        """The reranker's value of each text, best candidate first; NaN from where time was out."""
        deadline = self._clock() + self.milliseconds / 1000
        values: Vectors = np.full(len(texts), np.nan, dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            if self._clock() >= deadline:
                break
            batch = slice(start, start + BATCH)
            values[batch] = self.reranker.score(query, texts[batch])
        return values


def add_values(scores: Vectors, values: Vectors) -> Vectors:
    """Scores, best first, with what the reranker says of the first of them."""
    added = np.zeros(len(scores))
    added[: len(values)] = WEIGHT * (np.nan_to_num(values, nan=0.5) - 0.5)
    # Rounded as all scores are, so that equal passages tie.
    summed: Vectors = np.round(scores + added, 6)
    return summed
