"""How much of what is nearest an index finds, and in what time, beside comparing every vector.

    python -m tests.benchmarks.recall INDEX QUERIES

QUERIES holds a text a line, best such as the index does not hold. Of 1,000 of them: recall@10 of
the passages and of the sentences, without a filter and with filters that let 50%, 5% and 0.5% of
the passages through, and the time of both stages together.
"""

import sys
import time
from pathlib import Path

import numpy as np

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from embeddings.index.local import LocalIndex
from embeddings.index.ranking import concatenate_ranges
from embeddings.records import Filter, Mask, Nearest, Vectors
from service.candidates import CANDIDATE_DEPTH

_QUERIES = 1_000
_JUDGED = 10
_AT_ONCE = 2_000
_ROUNDING = 1e-5
_SHARES = (1.0, 0.5, 0.05, 0.005)


def find_tenth(index: LocalIndex, queries: Vectors, allowed: Mask) -> tuple[Vectors, Vectors]:
    """What the tenth best passage scores for each query, by passage and by sentence."""
    by_passage, by_sentence = _Best(len(queries)), _Best(len(queries))
    for start in range(0, index.passage_count, _AT_ONCE):
        numbers = start + np.flatnonzero(allowed[start : start + _AT_ONCE])
        if not len(numbers):
            continue
        whole = queries @ index._passages.vectors[numbers].T
        by_passage.take(whole)
        first, sizes = index._rows[numbers], np.diff(index._rows)[numbers]
        if (several := sizes > 0).any():
            rows = concatenate_ranges(first, sizes)
            parts = queries @ index._sentences.vectors[rows].T
            begins = np.cumsum(sizes[several]) - sizes[several]
            whole[:, several] = np.maximum.reduceat(parts, begins, axis=1)
        by_sentence.take(whole)
    return by_passage.tenth, by_sentence.tenth


class _Best:
    """The best ten scores of each query so far."""

    def __init__(self, count: int) -> None:
        self._best = np.full((count, _JUDGED), -2, dtype=np.float32)

    @property
    def tenth(self) -> Vectors:
        lowest: Vectors = self._best.min(axis=1)
        return lowest

    def take(self, scores: Vectors) -> None:
        better = np.flatnonzero(scores.max(axis=1) > self.tenth)  # seldom many, after a while
        joined = np.concatenate([self._best[better], scores[better]], axis=1)
        self._best[better] = -np.partition(-joined, _JUDGED - 1, axis=1)[:, :_JUDGED]


class _Allowing:
    """An index of which a filter, whatever it says, lets through a random share."""

    def __init__(self, index: LocalIndex, share: float) -> None:
        self.index = index
        self.allowed = np.random.default_rng(3).random(index.passage_count) < share
        self.filter = Filter(source="any") if share < 1 else Filter()
        index._places.allow = lambda documents, language: self.allowed  # type: ignore[method-assign]
        index._store.documents_passing = lambda filter: None  # type: ignore[method-assign]
        index._filters.clear()


def main(folder: Path, queries: Path) -> None:
    manifest, index = Artifact(folder).open()
    texts = queries.read_text(encoding="utf-8").splitlines()[:_QUERIES]
    vectors = load_encoder(manifest.encoder["name"]).encode_queries(texts)
    own = len(index._sentences)
    print(f"{index.passage_count:,} passages, {own:,} sentences with vectors of their own")
    print("filter lets through | passages | sentences | p50 | p99")
    for share in _SHARES:
        asked = _Allowing(index, share)
        times, found = [], []
        for vector in vectors:  # what they touch is mapped then
            index.dense(vector, CANDIDATE_DEPTH, asked.filter)
        for vector in vectors:
            started = time.perf_counter()
            found.append(index.dense(vector, CANDIDATE_DEPTH, asked.filter))
            times.append(1000 * (time.perf_counter() - started))
        tenth = find_tenth(index, vectors, asked.allowed)
        recalls = [
            np.mean(
                [_count_near(nearest[at], least) for nearest, least in zip(found, own, strict=True)]
            )
            for at, own in enumerate(tenth)
        ]
        p50, p99 = np.percentile(times, (50, 99))
        print(f"{share:.1%} | {recalls[0]:.4f} | {recalls[1]:.4f} | {p50:.2f} ms | {p99:.2f} ms")
    index.close()


def _count_near(found: Nearest, tenth: float) -> float:
    """The share of the ten found that are as near as the tenth of all."""
    if tenth < -1:  # fewer are allowed
        return 1.0
    return float((found.scores[:_JUDGED] >= tenth - _ROUNDING).sum()) / _JUDGED


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
