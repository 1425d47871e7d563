"""Rows of unit vectors in files, and the search for those nearest to a query, on FAISS.

The only file that imports faiss. Vectors are unit vectors, so the inner product is the cosine.

All rows lie in one file as they are, mapped into memory; whatever is found is scored by them. Up to
FLAT rows a search compares each of them. Of more, a second file keeps lists of near rows (IVF), and
of each row a code of about a bit a number (RaBitQ: Gao and Long, SIGMOD 2024), in blocks that are
compared at once: a search reads the codes of the nearest lists, and compares the best of those with
the rows. In how many lists it looks is chosen when they are written, by what it then misses of what
comparing every row finds.
"""

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from embeddings.index import VectorFacts
from embeddings.index.ranking import multiply, take_best
from embeddings.mapped import map_vectors
from embeddings.projection import choose_evenly
from embeddings.records import Mask, Nearest, Numbers, Vectors

FLAT = 50_000  # rows; see docs/BENCHMARKS.md
_LISTS = 4  # times the square root of the number of rows
_FITTED = 40  # rows a list is fitted to
_STEPS = 10
_AT_ONCE = 20_000
_ROW_COUNT, _NUMBER_COUNT = slice(8, 16), slice(-8, None)  # of a header
_DEPTH = 200  # rows that a search wants
_RESCORED, _LEAST_RESCORED = 2, 1_000  # for each row wanted, and in all
_FEW = 10_000  # rows that a filter leaves: each is compared
_JUDGED = 10  # nearest rows that recall speaks of
_BITS = 8  # of a query's numbers
_ROUNDING = 1e-5  # of two that are alike, either is as near


def write_rows(path: Path, vectors: Vectors, rows: Numbers) -> None:
    """Write some rows, in their order, as they are, a part at a time.

    FAISS writes what it has in memory. Its file of a flat index is a header, in which the count of
    rows and that of their numbers stand, and the rows.
    """
    dimension = vectors.shape[1]
    header = bytearray(faiss.serialize_index(faiss.IndexFlatIP(dimension)).tobytes())
    header[_ROW_COUNT] = len(rows).to_bytes(8, "little")
    header[_NUMBER_COUNT] = (len(rows) * dimension).to_bytes(8, "little")
    with path.open("wb") as file:
        file.write(header)
        for start in range(0, len(rows), _AT_ONCE):
            some = np.ascontiguousarray(vectors[rows[start : start + _AT_ONCE]], dtype="<f4")
            file.write(some.tobytes())


def write_lists(
    rows: Path, path: Path, queries: Vectors, least: float, flat: int = FLAT
) -> VectorFacts:
    """Write the lists of the rows of a file, if there are more than `flat`.

    `least` is the recall wanted, measured with the queries. Where lists do not reach it none are
    written, and every row is compared.
    """
    file = VectorFile(rows, path)
    vectors, count = file.vectors, len(file)
    if count <= flat or not len(queries):
        return VectorFacts("flat", count, recall=1.0)
    index = _make_lists(vectors, path.parent)
    queries = np.ascontiguousarray(queries, dtype=np.float32)
    probes, recall = _choose_probes(index, vectors, queries, least)
    if recall < least:
        return VectorFacts("flat", count, recall=1.0, missed=recall)
    index.nprobe = probes
    faiss.write_index(index, str(path))
    return VectorFacts("lists", count, recall, int(index.nlist), probes)


def _make_lists(vectors: Vectors, folder: Path) -> faiss.IndexIVFRaBitQFastScan:
    count, dimension = vectors.shape
    lists = round(_LISTS * count**0.5)
    index = faiss.IndexIVFRaBitQFastScan(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT
    )
    index.qb = _BITS
    index.cp.niter = _STEPS
    index.cp.seed = 1
    index.train(_choose_rows(vectors, choose_evenly(count, _FITTED * lists), folder))
    for start in range(0, count, _AT_ONCE):
        index.add(np.ascontiguousarray(vectors[start : start + _AT_ONCE]))
    return index


def _choose_rows(vectors: Vectors, rows: Numbers, folder: Path) -> Vectors:
    """Some rows, side by side on the disk of a folder, and mapped into memory."""
    chosen = map_vectors(folder, len(rows), vectors.shape[1])
    for start in range(0, len(rows), _AT_ONCE):
        chosen[start : start + _AT_ONCE] = vectors[rows[start : start + _AT_ONCE]]
    return chosen


def _find_least(vectors: Vectors, queries: Vectors) -> Vectors:
    """What the tenth nearest row of each query scores, by comparing all, a part at a time."""
    best = faiss.ResultHeap(len(queries), _JUDGED, keep_max=True)
    for start in range(0, len(vectors), _AT_ONCE):
        part = np.ascontiguousarray(vectors[start : start + _AT_ONCE])
        scores, rows = faiss.knn(queries, part, _JUDGED, metric=faiss.METRIC_INNER_PRODUCT)
        best.add_result(scores, rows + start)
    best.finalize()
    return np.asarray(best.D[:, -1] - _ROUNDING, dtype=np.float32)


def _choose_probes(
    index: faiss.IndexIVFRaBitQFastScan, vectors: Vectors, queries: Vectors, least: float
) -> tuple[int, float]:
    """How many lists must be looked into to find so much of the best, and how much that finds."""
    enough = _find_least(vectors, queries)
    probes, recall = 8, 0.0
    while True:
        probes = min(probes, index.nlist)
        found = [
            (_search_lists(index, vectors, query, _DEPTH, probes).scores[:_JUDGED] >= own).mean()
            for query, own in zip(queries, enough, strict=True)
        ]
        recall = float(np.mean(found))
        if recall >= least or probes == index.nlist:
            return probes, round(recall, 4)
        probes += probes // 2


def _search_lists(
    index: faiss.IndexIVFRaBitQFastScan,
    vectors: Vectors,
    query: Vectors,
    depth: int,
    probes: int,
    allowed: Mask | None = None,
) -> Nearest:
    """The nearest rows by their codes, scored by the rows themselves."""
    selector = None
    if allowed is not None:
        bits = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
    parameters = faiss.IVFRaBitQSearchParameters()
    parameters.sel, parameters.nprobe, parameters.qb = selector, probes, _BITS
    wanted = min(max(_RESCORED * depth, _LEAST_RESCORED), len(vectors))
    _, rows = index.search(query.reshape(1, -1), wanted, params=parameters)
    numbers = np.sort(rows[0][rows[0] >= 0])
    return take_best(numbers, multiply(vectors[numbers], query), depth)


class VectorFile:
    """Finished rows and their lists. Raises OSError or RuntimeError where damaged."""

    def __init__(self, rows: Path, lists: Path) -> None:
        self._index = _read(rows, faiss.IO_FLAG_MMAP_IFC)
        shape = (self._index.ntotal, self._index.d)
        self.vectors = faiss.rev_swig_ptr(self._index.get_xb(), shape[0] * shape[1]).reshape(shape)
        # These FAISS reads into memory, some 70 bytes a row.
        self._lists = _read(lists) if lists.is_file() else None

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def has_lists(self) -> bool:
        return self._lists is not None

    def take(self, rows: Numbers) -> Vectors:
        """Some rows, in their order."""
        return self.vectors[rows]

    def search(self, vector: Vectors, depth: int, allowed: Mask | None = None) -> Nearest:
        """The nearest of the rows allowed, best first, ties by row."""
        query = np.ascontiguousarray(vector, dtype=np.float32)
        if self._lists is None:
            return self._search_all(query, depth, allowed)
        count = len(self) if allowed is None else int(np.count_nonzero(allowed))
        if count <= max(_FEW, depth):
            rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
            return self._compare(query, rows, depth)
        # Of rows that a filter thins out, as many come from more lists; and what it leaves may lie
        # far from the query.
        probes = round(self._lists.nprobe * (len(self) / count) ** 0.5)
        while True:
            probes = min(probes, self._lists.nlist)
            found = _search_lists(self._lists, self.vectors, query, depth, probes, allowed)
            if len(found.numbers) == depth or probes == self._lists.nlist:
                return found
            probes *= 4

    def _compare(self, query: Vectors, rows: Numbers, depth: int) -> Nearest:
        return take_best(rows, multiply(self.take(rows), query), depth)

    def _search_all(self, query: Vectors, depth: int, allowed: Mask | None) -> Nearest:
        """FAISS pads what it does not find with -1.

        Which of the rows that tie for the last place it gives is left to it, so it is asked for
        more until all of them are in.
        """
        index = self._index
        depth = min(depth, index.ntotal)
        if depth == 0:
            return Nearest(np.empty(0, np.int64), np.empty(0, np.float32))
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # its stubs lack it
        asked = depth + 1
        while True:
            wanted = min(asked, index.ntotal)
            scores, rows = index.search(query.reshape(1, -1), wanted, params=parameters)
            if asked >= index.ntotal or rows[0][-1] < 0 or scores[0][-1] < scores[0][depth - 1]:
                found = rows[0] >= 0
                return take_best(rows[0][found], scores[0][found], depth)
            asked *= 4


def _read(path: Path, flags: int = 0) -> Any:
    return faiss.read_index(str(path), flags)
