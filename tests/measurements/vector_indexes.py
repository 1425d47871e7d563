"""Which index should find the nearest vectors? Kinds that FAISS has, side by side, on one thread.

    python -m tests.measurements.vector_indexes INDEX [sentences]

Over the passage (or sentence) vectors of an index, asked for what is near to 200 of the other kind.
Whatever an index names is scored by the vectors themselves. Prints a Markdown table: recall@10 and
recall@200 beside comparing all, the median time of a query, the time to build, and bytes a vector.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import faiss
import numpy as np

from embeddings.artifact import Artifact
from embeddings.projection import choose_evenly
from embeddings.records import Numbers, Vectors

_QUERIES = 200
_DEPTH = 200
_RESCORED = 1_000
_AT_ONCE = 50_000
_ROUNDING = 1e-5
_IP = faiss.METRIC_INNER_PRODUCT
Search = Callable[[Vectors], Numbers]


def fill(index: faiss.Index, rows: Vectors, fitted: int) -> faiss.Index:
    """Fit an index to some rows and put all of them in."""
    if not index.is_trained:
        index.train(np.ascontiguousarray(rows[choose_evenly(len(rows), fitted)]))
    for start in range(0, len(rows), _AT_ONCE):
        index.add(np.ascontiguousarray(rows[start : start + _AT_ONCE]))
    return index


def list_kinds(rows: Vectors) -> Iterator[tuple[str, Callable[[], faiss.Index], list[int]]]:
    """Name, how to make it, and the numbers of lists or steps to try."""
    dimension = rows.shape[1]
    lists = round(4 * len(rows) ** 0.5)
    shares = [max(1, int(lists * share)) for share in (0.02, 0.05, 0.1, 0.2, 0.4)]

    def divide(kind: type, *more: object) -> Callable[[], faiss.Index]:
        return lambda: kind(faiss.IndexFlatIP(dimension), dimension, lists, *more, _IP)

    eight = faiss.ScalarQuantizer.QT_8bit
    yield "all compared", lambda: faiss.IndexFlatIP(dimension), [0]
    yield "all codes (RaBitQ)", lambda: faiss.IndexRaBitQFastScan(dimension, _IP), [0]
    yield "lists, codes (RaBitQ)", divide(faiss.IndexIVFRaBitQ), shares
    yield "lists, codes in blocks", divide(faiss.IndexIVFRaBitQFastScan), shares
    yield "lists, 8 bits a number", divide(faiss.IndexIVFScalarQuantizer, eight), shares
    steps = [200, 400, 800, 1600]
    yield "graph (HNSW), 8 bits", lambda: faiss.IndexHNSWSQ(dimension, eight, 16, _IP), steps


def set_effort(index: faiss.Index, effort: int) -> None:
    if hasattr(index, "nprobe"):
        index.nprobe = effort
    elif hasattr(index, "hnsw"):
        index.hnsw.efSearch = effort


def measure(
    search: Search, rows: Vectors, queries: Vectors, nearest: Vectors
) -> tuple[float, float, float]:
    """recall@10, recall@200 and the median milliseconds of a query."""
    times, first, deep = [], [], []
    for query, best in zip(queries, nearest, strict=True):
        started = time.perf_counter()
        found = search(query[None])
        found = np.sort(found[found >= 0])
        scores = -np.sort(-np.einsum("ij,j->i", rows[found], query))[:_DEPTH]
        times.append(1000 * (time.perf_counter() - started))
        first.append((scores[:10] >= best[9] - _ROUNDING).mean())
        deep.append((scores >= best[-1] - _ROUNDING).sum() / len(best))
    return float(np.mean(first)), float(np.mean(deep)), float(np.median(times))


def main(folder: Path, of: str) -> None:
    faiss.omp_set_num_threads(1)
    _, index = Artifact(folder).open()
    files = {"passages": index._passages, "sentences": index._sentences}
    rows = files.pop(of).vectors
    (other,) = files.values()
    queries = np.array(other.vectors[choose_evenly(len(other), _QUERIES)])
    nearest = faiss.knn(queries, np.ascontiguousarray(rows), _DEPTH, metric=_IP)[0]
    print(f"{len(rows):,} vectors of {of}\n")
    print(
        "| kind | lists or steps | recall@10 | recall@200 | p50 ms | built in s | bytes a vector |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, make, efforts in list_kinds(rows):
        started = time.perf_counter()
        kind = fill(make(), rows, 40 * round(4 * len(rows) ** 0.5))
        built = time.perf_counter() - started
        size = len(faiss.serialize_index(kind)) / len(rows)
        for effort in efforts:
            set_effort(kind, effort)
            depth = _DEPTH if name == "all compared" else _RESCORED
            found = measure(lambda q, k=kind, d=depth: k.search(q, d)[1][0], rows, queries, nearest)
            numbers = "{:.4f} | {:.4f} | {:.2f}".format(*found)
            print(f"| {name} | {effort or ''} | {numbers} | {built:.0f} | {size:.0f} |", flush=True)
    index.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "passages")
