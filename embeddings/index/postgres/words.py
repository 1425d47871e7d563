"""The lexical side: terms, their BM25 weights, and where they stand."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np

from embeddings.index.postgres.client import Row
from embeddings.index.postgres.reading import BuildReader
from embeddings.index.ranking import take_best
from embeddings.index.word_order import find_occurrences
from embeddings.records import Mask, Nearest, Numbers, Occurrences, Vectors, WordOrder

_LAST = "\U0010ffff"  # no character, and so in no term
_MOST_KEPT = 4_000_000  # postings of the terms that were asked for last
_OF_A_TERM = 40  # postings that take as much memory as a term itself
_Weights = tuple[Numbers, Vectors]


class Words:
    """Reads the terms and postings of one build. The sums are those of the embedded index."""

    def __init__(self, reader: BuildReader, passage_count: int) -> None:
        self._reader = reader
        self._tables = reader.tables
        self._passage_count = passage_count
        # A search sums up the same terms twice: to find the best passages, and for each candidate.
        self._kept: OrderedDict[str, _Weights] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        sizes = dict.fromkeys(terms, 0)
        sizes.update((term, passages) for term, _, passages in self._find(terms))
        return sizes

    def terms(self, beginning: str, lengths: range) -> list[str]:
        rows = self._reader.ask_one(
            f"SELECT term FROM {self._tables['terms']} WHERE term >= $1 AND term < $2"  # nosec B608  # our own names
            " AND length(term) BETWEEN $3 AND $4 ORDER BY term",
            beginning,
            beginning + _LAST,
            lengths.start,
            lengths.stop - 1,
        )
        return [term for (term,) in rows]

    def letters(self, beginning: str) -> list[str]:
        """Sorted, one code point each."""
        rows = self._reader.ask_one(
            f"SELECT DISTINCT substr(term, $3, 1) FROM {self._tables['terms']}"  # nosec B608  # our own names
            " WHERE term > $1 AND term < $2",
            beginning,
            beginning + _LAST,
            len(beginning) + 1,
        )
        return sorted(letter for (letter,) in rows)

    def nearest(self, terms: Mapping[str, float], depth: int, allowed: Mask | None) -> Nearest:
        """The best sums of weight * BM25; passages without any of the terms are left out."""
        sums = np.zeros(self._passage_count)
        weights = self._weigh(list(terms))
        for term in self._order(terms, weights):
            numbers, own = weights[term]
            sums[numbers] += np.float32(terms[term]) * own
        found = np.flatnonzero(sums if allowed is None else sums * allowed)
        return take_best(found, sums[found].astype(np.float32), depth)

    def scores(self, numbers: Numbers, terms: Mapping[str, float]) -> Vectors:
        """The sum for each passage named, 0 where it holds none of the terms."""
        sums = np.zeros(len(numbers))
        weights = self._weigh(list(terms))
        for term, weight in terms.items():
            if term in weights:
                sums += np.float32(weight) * _look_up(numbers, *weights[term])
        return sums.astype(np.float32)

    def occurrences(self, numbers: Numbers, terms: Sequence[str]) -> Occurrences:
        wanted = numbers.tolist()
        known, rows = self._reader.ask(
            [
                self._name_terms(terms),
                (
                    f"SELECT number, words, word_counts FROM {self._tables['passages']}"  # nosec B608  # our own names
                    " WHERE number = ANY($1::int[])",
                    (wanted,),
                ),
            ]
        )
        slots = {term: slot for term, slot, _ in known}
        found = {number: (words, counts) for number, words, counts in rows}
        counts = [np.frombuffer(found[number][1], dtype="<i4") for number in wanted]
        words = [np.frombuffer(found[number][0], dtype="<i4") for number in wanted]
        none = np.empty(0, dtype=np.int32)
        order = WordOrder(
            slots=np.concatenate([none, *words]),
            offsets=np.concatenate(([0], np.cumsum(np.concatenate([none, *counts])))).astype(
                np.int64
            ),
        )
        sizes = np.array([len(one) for one in counts], dtype=np.int64)
        sentences = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        return find_occurrences(
            order, sentences, np.arange(len(wanted)), [slots.get(term) for term in terms]
        )

    def _order(self, terms: Mapping[str, float], weights: Mapping[str, _Weights]) -> list[str]:
        """The terms that stand somewhere, those that can add most first: the order of the sums."""
        bounds = {
            term: float(np.float32(weight) * weights[term][1].max())
            for term, weight in terms.items()
            if term in weights
        }
        return sorted(bounds, key=bounds.__getitem__, reverse=True)

    def _weigh(self, terms: Sequence[str]) -> dict[str, _Weights]:
        """Of each term that stands somewhere the passages, ascending, and its weight in each."""
        with self._lock:
            known = {term: self._kept[term] for term in terms if term in self._kept}
        if lacking := [term for term in terms if term not in known]:
            known |= self._read_weights(lacking)
            self._keep(known)
        return {term: weights for term, weights in known.items() if len(weights[0])}

    def _read_weights(self, terms: Sequence[str]) -> dict[str, _Weights]:
        rows = self._reader.ask_one(
            f"SELECT term, numbers, weights FROM {self._tables['postings']}"  # nosec B608  # our own names
            " WHERE term = ANY($1::text[]) ORDER BY term, part",
            list(terms),
        )
        parts: dict[str, list[Row]] = {term: [] for term in terms}
        for term, *packed in rows:
            parts[term].append(packed)
        return {
            term: (
                np.frombuffer(b"".join(one[0] for one in own), dtype="<i4").astype(np.int64),
                np.frombuffer(b"".join(one[1] for one in own), dtype="<f4"),
            )
            for term, own in parts.items()
        }

    def _keep(self, weights: Mapping[str, _Weights]) -> None:
        with self._lock:
            for term, own in weights.items():
                if term not in self._kept:
                    self._held += _OF_A_TERM + len(own[0])
                self._kept[term] = own
                self._kept.move_to_end(term)
            while self._held > _MOST_KEPT:
                _, (numbers, _) = self._kept.popitem(last=False)
                self._held -= _OF_A_TERM + len(numbers)

    def _find(self, terms: Sequence[str]) -> list[Row]:
        return self._reader.ask([self._name_terms(terms)])[0]

    def _name_terms(self, terms: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        statement = f"SELECT term, slot, passages FROM {self._tables['terms']}"  # nosec B608  # our own names
        return f"{statement} WHERE term = ANY($1::text[])", (list(terms),)


def _look_up(numbers: Numbers, own: Numbers, weights: Vectors) -> Vectors:
    """The weight of one term in each passage named, 0 where it does not stand there."""
    at = np.minimum(np.searchsorted(own, numbers), len(own) - 1)
    found: Vectors = np.where(own[at] == numbers, weights[at], np.float32(0))
    return found
