"""The terms of passages -> BM25 weights by term, and the order of words, in files mapped to memory.

Occurrences go to the disk as they come, a part at a time, and from there to where they belong: the
counts of each term tell the place of every part's. In memory stay the terms themselves, a number
for each, and 16 bytes a passage and sentence.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.analysis import K1, B, inverse_document_frequency
from embeddings.budget import Budget
from embeddings.mapped import map_numbers
from embeddings.on_disk import Bytes
from embeddings.records import Numbers, Postings, WordOrder

Slots = NDArray[np.int32]
Counted = tuple[Sequence[str], Sequence[Sequence[str]]]
"""All terms of a passage, and those of each of its sentences, which are among them."""

_ROW = 96  # bytes that an occurrence takes while its part is put in its places


def count_terms(
    passages: Iterable[Counted], folder: Path, budget: Budget
) -> tuple[Postings, WordOrder]:
    """BM25 weights and word order of n passages; a passage's number is its place."""
    counter = _Counter(folder, budget.count_rows(_ROW))
    for terms, sentences in passages:
        counter.add(terms, sentences)
    return counter.weigh(), counter.order_words()


class _Parts:
    """Rows of small numbers, on the disk in parts."""

    def __init__(self, folder: Path, columns: int, most: int) -> None:
        self.count = 0
        self._bytes = Bytes(folder)
        self._columns = [array("i") for _ in range(columns)]
        self._sizes: list[int] = []
        self._most = most

    def extend(self, *columns: Iterable[int]) -> None:
        for column, values in zip(self._columns, columns, strict=True):
            column.extend(values)
        if len(self._columns[0]) >= self._most:
            self._write()

    def _write(self) -> None:
        size = len(self._columns[0])
        for column in self._columns:
            self._bytes.append(column.tobytes())
            del column[:]
        self._sizes.append(size)
        self.count += size

    def finish(self) -> None:
        self._write()

    def __iter__(self) -> Iterator[list[Slots]]:
        start = 0
        for size in self._sizes:
            columns = []
            for _ in self._columns:
                columns.append(np.frombuffer(self._bytes.read(start, 4 * size), dtype=np.int32))
                start += 4 * size
            yield columns


class _Counter:
    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._slots: dict[str, int] = {}
        self._found = _Parts(folder, 3, most)
        self._words = _Parts(folder, 1, most)
        self._lengths, self._sizes = array("i"), array("i")

    def add(self, terms: Sequence[str], sentences: Sequence[Sequence[str]]) -> None:
        slots, counts = self._slots, Counter(terms)
        number = len(self._lengths)
        self._lengths.append(len(terms))
        found = [slots.setdefault(term, len(slots)) for term in counts]
        self._found.extend(found, [number] * len(found), counts.values())
        for sentence in sentences:
            self._sizes.append(len(sentence))
            self._words.extend([slots[term] for term in sentence])

    def weigh(self) -> Postings:
        names = sorted(self._slots)
        self._place = np.empty(len(names), dtype=np.int32)
        self._place[[self._slots[name] for name in names]] = np.arange(len(names))
        self._found.finish()
        offsets = self._find_offsets()
        numbers = map_numbers(self._folder, self._found.count, np.dtype(np.int32))
        weights = map_numbers(self._folder, self._found.count, np.dtype(np.float32))
        sizes, count = np.diff(offsets), len(self._lengths)
        idf = np.array([inverse_document_frequency(count, size) for size in sizes.tolist()])
        lengths = np.asarray(self._lengths)
        norms = K1 * (1 - B + B * lengths / max(1.0, lengths.mean() if count else 1.0))
        free = offsets[:-1].copy()
        for terms, own, frequencies in self._found:
            place = self._place[terms]
            order = np.argsort(place, kind="stable")
            place, own, frequencies = place[order], own[order], frequencies[order]
            at = _take_places(place, free)
            numbers[at] = own
            weights[at] = idf[place] * (frequencies / (frequencies + norms[own]))
        return Postings(names, offsets, numbers, weights)

    def _find_offsets(self) -> Numbers:
        sizes = np.zeros(len(self._place), dtype=np.int64)
        for terms, _, _ in self._found:
            sizes += np.bincount(self._place[terms], minlength=len(sizes))
        return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)

    def order_words(self) -> WordOrder:
        self._words.finish()
        words = map_numbers(self._folder, self._words.count, np.dtype(np.int32))
        start = 0
        for (terms,) in self._words:
            words[start : start + len(terms)] = self._place[terms]
            start += len(terms)
        sizes = np.asarray(self._sizes, dtype=np.int64)
        return WordOrder(words, np.concatenate(([0], np.cumsum(sizes))).astype(np.int64))


def _take_places(place: Slots, free: Numbers) -> Numbers:
    """Where occurrences, in the order of their terms, go: the first free places of each term."""
    terms, first, counts = np.unique(place, return_index=True, return_counts=True)
    at = np.repeat(free[terms] - first, counts) + np.arange(len(place))
    free[terms] += counts
    return np.asarray(at, dtype=np.int64)
