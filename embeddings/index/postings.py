"""BM25 weights on disk: arrays mapped into memory, and a table of terms in SQLite.

A query reads the postings of its own terms and nothing else.
"""

import sqlite3
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.index.ranking import take_best
from embeddings.records import Mask, Nearest, Numbers, Postings, Vectors

_TERMS = "terms.sqlite"
_ARRAYS = ("offsets", "numbers", "weights")
_PEAKS = "postings.peaks.npy"
_MOST_VARIABLES = 500
_ROUNDING = 1 + 1e-9  # what sums in another order may differ by
_SAMPLE = 50_000  # of a long list: enough to know about how much the best reach
_LAST = "\U0010ffff"  # no character, and so in no term


def postings_files() -> list[str]:
    """The names of the files that hold the postings of a build."""
    return [_TERMS, _PEAKS, *(f"postings.{name}.npy" for name in _ARRAYS)]


def write_postings(folder: Path, postings: Postings) -> None:
    """Write the postings' files into a folder that has none yet."""
    for name in _ARRAYS:
        np.save(folder / f"postings.{name}.npy", getattr(postings, name), allow_pickle=False)
    peaks = (
        np.maximum.reduceat(postings.weights, postings.offsets[:-1])
        if len(postings.terms)
        else np.empty(0, np.float32)
    )
    np.save(folder / _PEAKS, peaks, allow_pickle=False)
    with closing(sqlite3.connect(folder / _TERMS, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        database.execute("CREATE TABLE terms (term TEXT PRIMARY KEY, slot INTEGER) WITHOUT ROWID")
        database.executemany(
            "INSERT INTO terms VALUES (?, ?)",
            ((term, slot) for slot, term in enumerate(postings.terms)),
        )
        database.execute("COMMIT")


class PostingsFile:
    """Finished postings, mapped into memory."""

    def __init__(self, folder: Path, passage_count: int) -> None:
        self._offsets, self._numbers, self._weights = (
            # As plain arrays: those that say they are mapped take longer to index.
            np.asarray(np.load(folder / f"postings.{name}.npy", mmap_mode="r", allow_pickle=False))
            for name in _ARRAYS
        )
        self._peaks = np.load(folder / _PEAKS, mmap_mode="r", allow_pickle=False)
        self._passage_count = passage_count
        self._lock = threading.Lock()
        self._terms = sqlite3.connect(
            f"{(folder / _TERMS).resolve().as_uri()}?mode=ro&immutable=1",
            uri=True,
            check_same_thread=False,
        )
        weakref.finalize(self, self._terms.close)  # as of a Store, when the last reader has gone

    def close(self) -> None:
        self._terms.close()

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        sizes = dict.fromkeys(terms, 0)
        for term, slot in zip(terms, self.slots(terms), strict=True):
            if slot is not None:
                place = self._find_place(slot)
                sizes[term] = place.stop - place.start
        return sizes

    def terms(self, beginning: str, lengths: range) -> list[str]:
        with self._lock:
            rows = self._terms.execute(
                "SELECT term FROM terms WHERE term >= ? AND term < ?"
                " AND length(term) BETWEEN ? AND ? ORDER BY term",
                (beginning, beginning + _LAST, lengths.start, lengths.stop - 1),
            )
            return [term for (term,) in rows]

    def letters(self, beginning: str) -> list[str]:
        """From one to the next, without those between."""
        found: list[str] = []
        with self._lock:
            while True:
                after = beginning + (found[-1] + _LAST if found else "")
                (term,) = self._terms.execute(
                    "SELECT min(term) FROM terms WHERE term > ? AND term < ?",
                    (after, beginning + _LAST),
                ).fetchone()
                if term is None:
                    return found
                found.append(term[len(beginning)])

    def nearest(
        self, terms: Mapping[str, float], depth: int, allowed: Mask | None = None
    ) -> Nearest:
        """The best sums of weight * BM25; passages without any of the terms are left out.

        By MaxScore (Turtle and Flood, 1995): the terms that can add most come first, and where all
        that are left cannot lift a passage among the best, they are looked up only in those that
        are still in question.
        """
        lists = self._find_lists(terms)
        bounds = np.array([bound for bound, _, _ in lists], dtype=np.float64)
        left = np.append(np.cumsum(bounds[::-1])[::-1] * _ROUNDING, 0.0)
        sums = np.zeros(self._passage_count)
        floor, done = 0.0, 0
        for _, weight, place in lists:
            if left[done] < floor:
                break
            numbers, weights = self._numbers[place], self._weights[place]
            if allowed is not None:
                kept = allowed[numbers]
                numbers, weights = numbers[kept], weights[kept]
            sums[numbers] += weight * weights
            done += 1
            if done < len(lists):
                floor = max(floor, _find_least(sums[numbers[:_SAMPLE]], depth))
        enough = floor - left[done]
        found = np.flatnonzero(sums >= enough if enough > 0 else sums)
        scores = sums[found]
        for after, (_, weight, place) in enumerate(lists[done:], start=done + 1):
            scores += weight * self._look_up(found, place)
            floor = max(floor, _find_least(scores, depth))
            kept = scores + left[after] >= floor
            found, scores = found[kept], scores[kept]
        return take_best(found, scores.astype(np.float32), depth)

    def _find_lists(self, terms: Mapping[str, float]) -> list[tuple[float, np.float32, slice]]:
        """Of each term that stands somewhere the most it can add, its weight, and its postings."""
        slots = zip(terms.items(), self.slots(list(terms)), strict=True)
        known = [(np.float32(weight), slot) for (_, weight), slot in slots if slot is not None]
        bounded = [(float(weight * self._peaks[slot]), slot, weight) for weight, slot in known]
        return [
            (bound, weight, self._find_place(slot))
            for bound, slot, weight in sorted(bounded, reverse=True)
        ]

    def _look_up(self, numbers: Numbers, place: slice) -> Vectors:
        """The weight of one term in each passage named, 0 where it does not stand there."""
        own = self._numbers[place]
        wanted = numbers.astype(own.dtype)  # else all of its own would be made like them
        at = np.minimum(np.searchsorted(own, wanted), len(own) - 1)
        found: Vectors = np.where(own[at] == wanted, self._weights[place][at], np.float32(0))
        return found

    def scores(self, numbers: Numbers, terms: Mapping[str, float]) -> Vectors:
        """The sum for each passage named, 0 where it holds none of the terms."""
        sums = np.zeros(len(numbers))
        for (_, weight), slot in zip(terms.items(), self.slots(list(terms)), strict=True):
            if slot is not None:
                sums += np.float32(weight) * self._look_up(numbers, self._find_place(slot))
        return sums.astype(np.float32)

    def slots(self, terms: Sequence[str]) -> list[int | None]:
        """The place of each term among all, None where the index has not seen it."""
        known: dict[str, int] = {}
        with self._lock:
            for start in range(0, len(terms), _MOST_VARIABLES):
                some = terms[start : start + _MOST_VARIABLES]
                marks = ", ".join("?" * len(some))
                known.update(
                    self._terms.execute(
                        f"SELECT term, slot FROM terms WHERE term IN ({marks})",  # nosec B608  # marks alone
                        some,
                    )
                )
        return [known.get(term) for term in terms]

    def _find_place(self, slot: int) -> slice:
        start, stop = self._offsets[slot : slot + 2]
        return slice(int(start), int(stop))


def _find_least(scores: NDArray[np.floating[Any]], depth: int) -> float:
    """What the best `depth` of some scores reach at least; 0 where there are fewer."""
    if len(scores) < depth:
        return 0.0
    return float(np.partition(scores, len(scores) - depth)[len(scores) - depth])
