"""The embedded index: FAISS for vectors, mapped arrays for BM25 weights, SQLite for texts.

A passage whose only sentence has its own vector has no row among the sentences.
"""

import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.builds import Recalled
from embeddings.holding import hold
from embeddings.index import NO_FILTER
from embeddings.index.files import ARRAYS, LISTS, STORE
from embeddings.index.filtering import Standing
from embeddings.index.places import read_places
from embeddings.index.postings import PostingsFile
from embeddings.index.ranking import concatenate_ranges, multiply, take_best
from embeddings.index.store import Store
from embeddings.index.vector_file import VectorFile
from embeddings.index.word_order import find_occurrences, read_word_order
from embeddings.records import (
    Cut,
    DocumentSummary,
    Filter,
    Mask,
    Nearest,
    Numbers,
    Occurrences,
    Signals,
    StoredDocument,
    StoredPassage,
    Vectors,
)

_FILTERS_KEPT = 8
_RECALL_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class _Allowed:
    """What a filter lets through: passages, and the rows of their sentences."""

    passages: Mask
    sentences: Mask

    @property
    def count(self) -> int:
        return int(np.count_nonzero(self.passages))


class LocalIndex:
    """A finished index folder, mapped into memory and held until it is closed or forgotten.

    Raises OSError or RuntimeError where damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._let_go = weakref.finalize(self, os.close, hold(folder))
        self._store = Store(folder / STORE)
        self._passages, self._sentences = (
            VectorFile(folder / name, folder / lists) for name, lists in LISTS.items()
        )
        self._offsets, self._rows, self._neighbours, self._positions = (
            # As plain arrays: those that say they are mapped take longer to index.
            np.asarray(np.load(folder / name, mmap_mode="r", allow_pickle=False))
            for name in ARRAYS
        )
        self._alone: Mask = self._rows[1:] == self._rows[:-1]
        self._places = read_places(folder, self.passage_count)
        self._postings = PostingsFile(folder, self.passage_count)
        self._order = read_word_order(folder)
        self._filters: OrderedDict[Filter, _Allowed] = OrderedDict()
        self._lock = threading.Lock()
        self._second = ThreadPoolExecutor(thread_name_prefix="winnow-search")

    @property
    def passage_count(self) -> int:
        return self._store.passage_count

    def dense(
        self, vector: Vectors, depth: int, filter: Filter = NO_FILTER
    ) -> tuple[Nearest, Nearest]:
        allowed = self._allow(filter) if filter else None
        if self._sentences.has_lists:  # long enough to be worth a second core
            aside = self._second.submit(self._search_passages, vector, depth, allowed)
            by_sentence = self._search_sentences(vector, depth, allowed)
            by_passage = aside.result()
        else:
            by_passage = self._search_passages(vector, depth, allowed)
            by_sentence = self._search_sentences(vector, depth, allowed)
        return by_passage, self._add_alone(vector, depth, allowed, by_passage, by_sentence)

    def lexical(
        self, terms: Mapping[str, float], depth: int, filter: Filter = NO_FILTER
    ) -> Nearest:
        allowed = self._allow(filter).passages if filter else None
        return self._postings.nearest(terms, depth, allowed)

    def signals(self, numbers: Numbers, vector: Vectors, terms: Mapping[str, float]) -> Signals:
        numbers = np.asarray(numbers, dtype=np.int64)
        around, at = np.unique(
            np.concatenate([numbers[:, None], self._neighbours[numbers]], axis=1),
            return_inverse=True,
        )
        near = multiply(self._passages.take(around), vector)[at].reshape(-1, 3)
        starts, sizes = self._rows[numbers], self._rows[numbers + 1] - self._rows[numbers]
        cosines = multiply(self._sentences.take(concatenate_ranges(starts, sizes)), vector)
        best, several = near[:, 0].copy(), sizes > 0
        if several.any():
            first = np.cumsum(sizes[several]) - sizes[several]
            best[several] = np.maximum.reduceat(cosines, first)
        return Signals(
            passage=near[:, 0],
            context=near[:, 1:].max(axis=1),
            sentence=best,
            lexical=self._postings.scores(numbers, terms),
        )

    def sentence_cosines(self, numbers: Numbers, vector: Vectors) -> list[Vectors]:
        numbers = np.asarray(numbers, dtype=np.int64)
        starts, sizes = self._rows[numbers], self._rows[numbers + 1] - self._rows[numbers]
        cosines = multiply(self._sentences.take(concatenate_ranges(starts, sizes)), vector)
        own = multiply(self._passages.take(numbers), vector)
        parts = np.split(cosines, np.cumsum(sizes)[:-1]) if len(numbers) else []
        return [part if len(part) else own[i : i + 1] for i, part in enumerate(parts)]

    def occurrences(self, numbers: Numbers, terms: Sequence[str]) -> Occurrences:
        numbers = np.asarray(numbers, dtype=np.int64)
        wanted = self._postings.slots(terms)
        return find_occurrences(self._order, self._offsets, numbers, wanted)

    def positions(self, numbers: Numbers) -> Vectors:
        return self._positions[np.asarray(numbers, dtype=np.int64)]

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        return self._postings.frequencies(terms)

    def terms(self, beginning: str, lengths: range) -> Sequence[str]:
        return self._postings.terms(beginning, lengths)

    def letters(self, beginning: str) -> Sequence[str]:
        return self._postings.letters(beginning)

    def read(self, numbers: Sequence[int]) -> list[StoredPassage]:
        return self._store.read(numbers)

    def standings(self, numbers: Sequence[int]) -> list[tuple[Standing, ...]]:
        return self._store.standings(numbers)

    def find(self, passage_id: str) -> StoredPassage | None:
        return self._store.find(passage_id)

    def documents(self, offset: int, limit: int) -> tuple[int, list[DocumentSummary]]:
        return self._store.documents(offset, limit)

    def document(self, document_id: str) -> StoredDocument | None:
        return self._store.document(document_id)

    def close(self) -> None:
        self._store.close()
        self._postings.close()
        self._second.shutdown(wait=False)
        self._let_go()

    def list_documents(self) -> Iterator[tuple[str, str]]:
        """The file and the id of every document, by source."""
        return self._store.files()

    def recall_texts(self) -> Iterator[str]:
        """The text of every document, some at a time."""
        return self._store.document_texts()

    def recall_cuts(self, document_ids: Sequence[str]) -> Iterator[Cut]:
        """Documents as they were taken apart, in the order of these ids, some at a time."""
        return self._store.cuts(document_ids)

    def recall_vectors(self) -> Iterator[Recalled]:
        """The texts and vectors of all passages and their sentences, some at a time."""
        for start in range(0, self.passage_count, _RECALL_AT_ONCE):
            numbers = np.arange(start, min(start + _RECALL_AT_ONCE, self.passage_count))
            texts = list(self._store.texts(start, start + _RECALL_AT_ONCE))
            vectors = self._passages.take(numbers)
            sentences = [spans for _, spans in texts]
            rows = self._rows[start : start + len(numbers) + 1]
            alone = rows[1:] == rows[:-1]
            has_row = np.repeat(~alone, list(map(len, sentences)))
            parts = np.empty((len(has_row), vectors.shape[1]), dtype=np.float32)
            parts[has_row] = self._sentences.take(np.arange(rows[0], rows[-1]))
            parts[~has_row] = vectors[alone]
            yield Recalled([text for text, _ in texts], sentences, vectors, parts)

    def passage_vector(self, number: int) -> Vectors:
        """The stored vector of one passage."""
        vector: Vectors = self._passages.take(np.array([number]))[0]
        return vector

    def _search_passages(self, vector: Vectors, depth: int, allowed: _Allowed | None) -> Nearest:
        return self._passages.search(vector, depth, None if allowed is None else allowed.passages)

    def _search_sentences(self, vector: Vectors, depth: int, allowed: _Allowed | None) -> Nearest:
        """Search ever more sentences until they come from enough passages."""
        wanted = min(depth, self.passage_count if allowed is None else allowed.count)
        rows = None if allowed is None else allowed.sentences
        sentences = 4 * depth
        while True:
            found = self._sentences.search(vector, sentences, rows)
            owners = np.searchsorted(self._rows, found.numbers, side="right") - 1
            _, first = np.unique(owners, return_index=True)
            if len(first) >= wanted or len(found.numbers) < sentences:
                return take_best(owners[first], found.scores[first], depth)
            sentences *= 4

    def _add_alone(
        self,
        vector: Vectors,
        depth: int,
        allowed: _Allowed | None,
        by_passage: Nearest,
        by_sentence: Nearest,
    ) -> Nearest:
        """The nearest by sentence, those among them that have no row of their own there.

        They stand among the nearest by passage, if the last of these is farther than the last that
        is wanted; else they are asked for.
        """
        kept = self._alone[by_passage.numbers]
        merged = _merge(by_sentence, by_passage.numbers[kept], by_passage.scores[kept], depth)
        are_all = len(by_passage.numbers) < depth or not self._alone.any()
        is_full = len(merged.numbers) == depth
        if are_all or (is_full and by_passage.scores[-1] < merged.scores[-1]):
            return merged
        wanted = self._alone if allowed is None else self._alone & allowed.passages
        alone = self._passages.search(vector, depth, wanted)
        return _merge(by_sentence, alone.numbers, alone.scores, depth)

    def _allow(self, filter: Filter) -> _Allowed:
        """What a filter lets through, kept for the filters that were used last."""
        with self._lock:
            if filter in self._filters:
                self._filters.move_to_end(filter)
                return self._filters[filter]
        passages = self._places.allow(self._store.documents_passing(filter), filter.language)
        allowed = _Allowed(passages, np.repeat(passages, np.diff(self._rows)))
        with self._lock:
            self._filters[filter] = allowed
            if len(self._filters) > _FILTERS_KEPT:
                self._filters.popitem(last=False)
        return allowed


def _merge(nearest: Nearest, numbers: Numbers, scores: Vectors, depth: int) -> Nearest:
    """The best of both, which have no number in common."""
    return take_best(
        np.concatenate([nearest.numbers, numbers]),
        np.concatenate([nearest.scores, scores]),
        depth,
    )
