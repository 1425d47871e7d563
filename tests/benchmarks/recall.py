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
from embeddings.records import Filter, Mask, Nearest, Vectors
from service.candidates import CANDIDATE_DEPTH

_QUERIES = 1_000
_JUDGED = 10
_AT_ONCE = 10_000
_ROUNDING = 1e-5
_SHARES = (1.0, 0.5, 0.05, 0.005)


def find_tenth(index: LocalIndex, queries: Vectors, allowed: Mask) -> tuple[Vectors, Vectors]:
    """What the tenth best passage scores for each query, by passage and by sentence."""
    best = [np.full((len(queries), _JUDGED), -2, dtype=np.float32) for _ in range(2)]
    for start in range(0, index.passage_count, _AT_ONCE):
        rows = index._rows[start : start + _AT_ONCE + 1]
        whole = queries @ index._passages.vectors[start : start + _AT_ONCE].T
        parts = queries @ index._sentences.vectors[rows[0] : rows[-1]].T
        nearest, several = whole.copy(), np.diff(rows) > 0
        if several.any():
            nearest[:, several] = np.maximum.reduceat(parts, rows[:-1][several] - rows[0], axis=1)
        for at, scores in enumerate((whole, nearest)):
            scores[:, ~allowed[start : start + _AT_ONCE]] = -2
            joined = np.concatenate([best[at], scores], axis=1)
            best[at] = -np.partition(-joined, _JUDGED - 1, axis=1)[:, :_JUDGED]
    return best[0].min(axis=1), best[1].min(axis=1)


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
        for vector in vectors[:50]:
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
