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
from embeddings.index.ranking import take_best
from embeddings.records import Filter, Mask, Vectors
from service.candidates import CANDIDATE_DEPTH

_QUERIES = 1_000
_JUDGED = 10
_AT_ONCE = 50_000
_SHARES = (1.0, 0.5, 0.05, 0.005)


def find_nearest(
    rows: Vectors, queries: Vectors, owners: np.ndarray, allowed: Mask
) -> list[set[int]]:
    """The ten owners of the rows nearest to each query, by comparing every row."""
    best = [(np.empty(0, np.int64), np.empty(0, np.float32)) for _ in queries]
    for start in range(0, len(rows), _AT_ONCE):
        part, own = rows[start : start + _AT_ONCE], owners[start : start + _AT_ONCE]
        kept = allowed[own]
        if not kept.any():
            continue
        own, products = own[kept], queries @ part[kept].T
        for at, scores in enumerate(products):
            top = np.argpartition(-scores, min(100, len(scores) - 1))[:100]
            numbers = np.concatenate([best[at][0], own[top]])
            joined = np.concatenate([best[at][1], scores[top]])
            order = np.argsort(-joined)
            _, first = np.unique(numbers[order], return_index=True)
            order = order[np.sort(first)][:100]
            best[at] = (numbers[order], joined[order])
    return [set(numbers[:_JUDGED].tolist()) for numbers, _ in best]


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
    sentence_rows = index._sentences.vectors
    owners = np.repeat(np.arange(index.passage_count), np.diff(index._rows))
    alone = np.flatnonzero(np.diff(index._rows) == 0)
    print(
        f"{index.passage_count:,} passages, {len(sentence_rows):,} sentences with their own vectors"
    )
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
        rows = np.arange(index.passage_count)
        by_passage = find_nearest(index._passages.vectors, vectors, rows, asked.allowed)
        several = find_nearest(sentence_rows, vectors, owners, asked.allowed)
        single = find_nearest(index._passages.vectors[alone], vectors, alone, asked.allowed)
        by_sentence = [
            set(_best_of(index, vector, one | other))
            for vector, one, other in zip(vectors, several, single, strict=True)
        ]
        recalls = [
            np.mean(
                [
                    len(own & set(nearest[stage].numbers[:_JUDGED].tolist())) / max(1, len(own))
                    for own, nearest in zip(best, found, strict=True)
                ]
            )
            for stage, best in enumerate((by_passage, by_sentence))
        ]
        p50, p99 = np.percentile(times, (50, 99))
        print(f"{share:.1%} | {recalls[0]:.4f} | {recalls[1]:.4f} | {p50:.2f} ms | {p99:.2f} ms")
    index.close()


def _best_of(index: LocalIndex, vector: Vectors, numbers: set[int]) -> list[int]:
    own = np.array(sorted(numbers), dtype=np.int64)
    scores = np.array([own.max() for own in index.sentence_cosines(own, vector)], dtype=np.float32)
    return take_best(own, scores, _JUDGED).numbers.tolist()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
