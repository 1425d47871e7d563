"""The nearest vectors: by a graph (HNSW) where there are many, else by comparing all.

Products are those of half-precision numbers with sums in float32: a cosine differs from that of
the embedded index by some 1e-4.
"""

import numpy as np

from embeddings.index import VectorFacts
from embeddings.index.postgres.client import Row, Statement
from embeddings.index.postgres.reading import BuildReader
from embeddings.index.ranking import take_best
from embeddings.records import Mask, Nearest, Vectors

FEW = 10_000
"""So many passages that a filter leaves are compared one by one, or more in a large index."""
_LEAST_SHARE = 150  # one of so many, below which a graph is left before enough of them are met


class NearestRows:
    """Searches the passages, and the sentences by their passage, of one build."""

    def __init__(self, reader: BuildReader, passages: VectorFacts, sentences: VectorFacts) -> None:
        self._reader = reader
        self._tables = reader.tables
        self._facts = {"passages": passages, "sentences": sentences}
        self._few = max(FEW, passages.rows // _LEAST_SHARE)
        self._breadth = max(passages.probes, sentences.probes)

    def search(self, vector: Vectors, depth: int, allowed: Mask | None) -> tuple[Nearest, Nearest]:
        """The nearest passages, and the passages of the nearest sentences."""
        wanted = depth if allowed is None else min(depth, int(np.count_nonzero(allowed)))
        if not wanted:
            return _NOTHING, _NOTHING
        by_passage, sentences = self._ask(
            [
                self._find(_PASSAGES, vector, depth, allowed),
                self._find(_SENTENCES, vector, 4 * depth, allowed),
            ]
        )
        return _rank(by_passage, depth), self._gather(vector, depth, wanted, allowed, sentences)

    def _gather(
        self, vector: Vectors, depth: int, wanted: int, allowed: Mask | None, found: list[Row]
    ) -> Nearest:
        """The passages of the nearest sentences: ever more, until they come from enough of them."""
        count = 4 * depth
        while True:
            nearest = _rank(found, depth)
            if len(nearest.numbers) >= min(wanted, depth) or len(found) < count:
                return nearest
            count *= 4
            (found,) = self._ask([self._find(_SENTENCES, vector, count, allowed)])

    def _find(
        self, kind: tuple[str, str], vector: Vectors, count: int, allowed: Mask | None
    ) -> Statement:
        """The statement that asks for the nearest rows: number of the passage, negative product."""
        name, number = kind
        rest = f"FROM {self._tables[name]}"  # our own names
        order = "product" if self._facts[name].kind == "graph" else f"product, {number}"
        limit = f"ORDER BY {order} LIMIT {count}"  # written out, so that the plan is made for it
        product = "vector <#> $1 AS product"
        if allowed is None:
            return f"SELECT {number}, {product} {rest} {limit}", (vector,)  # nosec B608  # our own names
        if np.count_nonzero(allowed) <= self._few:
            numbers = np.flatnonzero(allowed).tolist()
            # A sum, for which there is no graph: all that are left are compared.
            return (
                f"SELECT {number}, (vector <#> $1) + 0 AS product {rest}"  # nosec B608  # our own names
                f" WHERE {number} = ANY($2::int[]) ORDER BY product, {number} LIMIT {count}",
                (vector, numbers),
            )
        bits = np.packbits(allowed, bitorder="little").tobytes()
        return (
            f"SELECT {number}, {product} {rest} WHERE get_bit($2::bytea, {number}) = 1 {limit}",  # nosec B608  # our own names
            (vector, bits),
        )

    def _ask(self, statements: list[Statement]) -> list[list[Row]]:
        return self._reader.ask(statements, breadth=self._breadth)


_PASSAGES, _SENTENCES = ("passages", "number"), ("sentences", "passage")
_NOTHING = Nearest(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


def _rank(rows: list[Row], depth: int) -> Nearest:
    """The best row of each passage, best first."""
    if not rows:
        return _NOTHING
    numbers = np.array([row[0] for row in rows], dtype=np.int64)
    scores = -np.array([row[1] for row in rows], dtype=np.float32)
    order = np.lexsort((-scores, numbers))
    _, first = np.unique(numbers[order], return_index=True)
    best = order[first]
    return take_best(numbers[best], scores[best], depth)
