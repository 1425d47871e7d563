"""The embedded index: FAISS for vectors, mapped arrays for BM25 weights, SQLite for texts.

The only file that imports faiss. Vectors are unit vectors, so the inner product is the cosine.
"""

import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import faiss
import numpy as np

from embeddings.holding import hold
from embeddings.index import NO_FILTER
from embeddings.index.postings import PostingsFile, postings_files, write_postings
from embeddings.index.ranking import concatenate_ranges, find_neighbours, multiply, take_best
from embeddings.index.store import Store
from embeddings.index.tables import write_store
from embeddings.index.word_order import FILES as WORD_ORDER_FILES
from embeddings.index.word_order import find_occurrences, read_word_order, write_word_order
from embeddings.records import (
    Cut,
    DocumentSummary,
    Filter,
    IndexContents,
    Nearest,
    Numbers,
    Occurrences,
    Signals,
    StoredDocument,
    StoredPassage,
    Vectors,
)

_STORE = "passages.sqlite"
_PASSAGES = "passages.faiss"
_SENTENCES = "sentences.faiss"
_OFFSETS = "sentence_offsets.npy"
_NEIGHBOURS = "neighbours.npy"
_ARRAYS = (_OFFSETS, _NEIGHBOURS)
_POSITIONS = "positions.npy"
_RECALL_AT_ONCE = 4096
FILES = (_STORE, _PASSAGES, _SENTENCES, *_ARRAYS, _POSITIONS, *postings_files(), *WORD_ORDER_FILES)


def write_index(folder: Path, contents: IndexContents) -> None:
    """Write the files of an index into an empty folder."""
    write_store(folder / _STORE, contents)
    write_postings(folder, contents.postings)
    write_word_order(folder, contents.word_order)
    _write_vectors(folder / _PASSAGES, contents.passage_vectors)
    _write_vectors(folder / _SENTENCES, contents.sentence_vectors)
    np.save(folder / _OFFSETS, contents.sentence_offsets, allow_pickle=False)
    np.save(folder / _NEIGHBOURS, find_neighbours(contents.passages), allow_pickle=False)
    np.save(folder / _POSITIONS, contents.positions, allow_pickle=False)


def _write_vectors(path: Path, vectors: Vectors) -> None:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    faiss.write_index(index, str(path))


class LocalIndex:
    """A finished index folder, mapped into memory and held until it is closed or forgotten.

    Raises OSError or RuntimeError where damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._let_go = weakref.finalize(self, os.close, hold(folder))
        self._store = Store(folder / _STORE)
        self._passages = faiss.read_index(str(folder / _PASSAGES), faiss.IO_FLAG_MMAP_IFC)
        self._sentences = faiss.read_index(str(folder / _SENTENCES), faiss.IO_FLAG_MMAP_IFC)
        self._offsets, self._neighbours = (
            np.load(folder / name, allow_pickle=False) for name in _ARRAYS
        )
        self._positions = np.load(folder / _POSITIONS, mmap_mode="r", allow_pickle=False)
        self._postings = PostingsFile(folder, self.passage_count)
        self._order = read_word_order(folder)

    @property
    def passage_count(self) -> int:
        return self._store.passage_count

    def dense(
        self, vector: Vectors, depth: int, filter: Filter = NO_FILTER
    ) -> tuple[Nearest, Nearest]:
        allowed = self._store.allowed(filter) if filter else None
        return (
            self._search_passages(vector, depth, allowed),
            self._search_sentences(vector, depth, allowed),
        )

    def lexical(
        self, terms: Mapping[str, float], depth: int, filter: Filter = NO_FILTER
    ) -> Nearest:
        allowed = self._store.allowed(filter) if filter else None
        return self._postings.nearest(terms, depth, allowed)

    def signals(self, numbers: Numbers, vector: Vectors, terms: Mapping[str, float]) -> Signals:
        numbers = np.asarray(numbers, dtype=np.int64)
        sizes = self._offsets[numbers + 1] - self._offsets[numbers]
        rows = self._sentence_rows(numbers)
        cosines = multiply(_reconstruct(self._sentences, rows), vector)
        starts = np.cumsum(sizes) - sizes
        best = np.maximum.reduceat(cosines, starts) if len(numbers) else cosines
        around, at = np.unique(
            np.concatenate([numbers[:, None], self._neighbours[numbers]], axis=1),
            return_inverse=True,
        )
        near = multiply(_reconstruct(self._passages, around), vector)[at].reshape(-1, 3)
        return Signals(
            passage=near[:, 0],
            context=near[:, 1:].max(axis=1),
            sentence=best,
            lexical=self._postings.scores(numbers, terms),
        )

    def sentence_cosines(self, numbers: Numbers, vector: Vectors) -> list[Vectors]:
        numbers = np.asarray(numbers, dtype=np.int64)
        rows = self._sentence_rows(numbers)
        cosines = multiply(_reconstruct(self._sentences, rows), vector)
        ends = np.cumsum(self._offsets[numbers + 1] - self._offsets[numbers])
        return np.split(cosines, ends[:-1]) if len(numbers) else []

    def occurrences(self, numbers: Numbers, terms: Sequence[str]) -> Occurrences:
        numbers = np.asarray(numbers, dtype=np.int64)
        wanted = self._postings.slots(terms)
        return find_occurrences(self._order, self._offsets, numbers, wanted)

    def positions(self, numbers: Numbers) -> Vectors:
        return np.array(self._positions[np.asarray(numbers, dtype=np.int64)])

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        return self._postings.frequencies(terms)

    def terms(self) -> Sequence[str]:
        return self._postings.terms()

    def read(self, numbers: Sequence[int]) -> list[StoredPassage]:
        return self._store.read(numbers)

    def find(self, passage_id: str) -> StoredPassage | None:
        return self._store.find(passage_id)

    def documents(self, offset: int, limit: int) -> tuple[int, list[DocumentSummary]]:
        return self._store.documents(offset, limit)

    def document(self, document_id: str) -> StoredDocument | None:
        return self._store.document(document_id)

    def close(self) -> None:
        self._store.close()
        self._postings.close()
        self._let_go()

    def recall_cuts(self) -> Iterator[Cut]:
        """Every document as it was taken apart, by source."""
        return self._store.cuts()

    def recall_vectors(self) -> Iterator[tuple[list[str], Vectors, bool]]:
        """The texts and vectors of all passages, and of all sentences, some at a time.

        The last says whether they are passages.
        """
        for start in range(0, self.passage_count, _RECALL_AT_ONCE):
            numbers = np.arange(start, min(start + _RECALL_AT_ONCE, self.passage_count))
            texts = list(self._store.texts(start, start + _RECALL_AT_ONCE))
            yield [text for text, _ in texts], _reconstruct(self._passages, numbers), True
            sentences = [text[span.start : span.end] for text, own in texts for span in own]
            yield sentences, _reconstruct(self._sentences, self._sentence_rows(numbers)), False

    def passage_vector(self, number: int) -> Vectors:
        """The stored vector of one passage."""
        vector: Vectors = _reconstruct(self._passages, np.array([number]))[0]
        return vector

    def _search_passages(self, vector: Vectors, depth: int, allowed: Numbers | None) -> Nearest:
        return _search(self._passages, vector, depth, allowed)

    def _search_sentences(self, vector: Vectors, depth: int, allowed: Numbers | None) -> Nearest:
        """Search ever more sentences until they come from enough passages."""
        rows = None if allowed is None else self._sentence_rows(allowed)
        wanted = min(depth, self.passage_count if allowed is None else len(allowed))
        sentences = 4 * depth
        while True:
            found = _search(self._sentences, vector, sentences, rows)
            owners = np.searchsorted(self._offsets, found.numbers, side="right") - 1
            _, first = np.unique(owners, return_index=True)
            if len(first) >= wanted or len(found.numbers) < sentences:
                return take_best(owners[first], found.scores[first], depth)
            sentences *= 4

    def _sentence_rows(self, numbers: Numbers) -> Numbers:
        sizes = self._offsets[numbers + 1] - self._offsets[numbers]
        return concatenate_ranges(self._offsets[numbers], sizes)


def _search(index: faiss.Index, vector: Vectors, depth: int, allowed: Numbers | None) -> Nearest:
    """The nearest rows, ties by row; FAISS pads what it does not find with -1.

    Which of the rows that tie for the last place it gives is left to FAISS, so it is asked for more
    until all of them are in.
    """
    depth = min(depth, index.ntotal)
    if depth == 0:
        return Nearest(np.empty(0, np.int64), np.empty(0, np.float32))
    query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
    parameters = None
    if allowed is not None:
        parameters = faiss.SearchParameters(  # type: ignore[call-arg]  # its stubs lack it
            sel=faiss.IDSelectorBatch(allowed)
        )
    asked = depth + 1
    while True:
        scores, rows = index.search(query, min(asked, index.ntotal), params=parameters)
        if asked >= index.ntotal or rows[0][-1] < 0 or scores[0][-1] < scores[0][depth - 1]:
            found = rows[0] >= 0
            return take_best(rows[0][found], scores[0][found], depth)
        asked *= 4


def _reconstruct(index: faiss.Index, rows: Numbers) -> Vectors:
    if not len(rows):
        return np.empty((0, index.d), dtype=np.float32)
    vectors = index.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64))
    return np.asarray(vectors, dtype=np.float32)
