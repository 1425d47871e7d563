"""BM25 weights on disk: arrays mapped into memory, and a table of terms in SQLite.

A query reads the postings of its own terms and nothing else.
"""

import sqlite3
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from embeddings.index.ranking import take_best
from embeddings.records import Nearest, Numbers, Postings, Vectors

_TERMS = "terms.sqlite"
_ARRAYS = ("offsets", "numbers", "weights")
_LAST = "\U0010ffff"  # no character, and so in no term


def postings_files() -> list[str]:
    """The names of the files that hold the postings of a build."""
    return [_TERMS, *(f"postings.{name}.npy" for name in _ARRAYS)]


def write_postings(folder: Path, postings: Postings) -> None:
    """Write the postings' files into a folder that has none yet."""
    for name in _ARRAYS:
        np.save(folder / f"postings.{name}.npy", getattr(postings, name), allow_pickle=False)
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
            np.load(folder / f"postings.{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in _ARRAYS
        )
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
        places = self._find_places(terms)
        return {term: places[term].stop - places[term].start for term in terms}

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
        self, terms: Mapping[str, float], depth: int, allowed: Numbers | None = None
    ) -> Nearest:
        """The best sums of weight * BM25; passages without any of the terms are left out."""
        places = self._find_places(list(terms))
        numbers = [self._numbers[places[term]] for term in terms]
        weights = [np.float32(terms[term]) * self._weights[places[term]] for term in terms]
        if not numbers:
            return Nearest(np.empty(0, np.int64), np.empty(0, np.float32))
        found, at = np.unique(np.concatenate(numbers), return_inverse=True)
        scores = np.bincount(at, weights=np.concatenate(weights), minlength=len(found))
        if allowed is not None:
            kept = np.isin(found, allowed, assume_unique=True)
            found, scores = found[kept], scores[kept]
        return take_best(found.astype(np.int64), scores.astype(np.float32), depth)

    def scores(self, numbers: Numbers, terms: Mapping[str, float]) -> Vectors:
        """The sum for each passage named, 0 where it holds none of the terms."""
        sums = np.zeros(len(numbers), dtype=np.float64)
        for term, place in self._find_places(list(terms)).items():
            own = self._numbers[place]
            if not len(own):
                continue
            at = np.minimum(np.searchsorted(own, numbers), len(own) - 1)
            hit = own[at] == numbers
            sums[hit] += np.float32(terms[term]) * self._weights[place][at[hit]]
        return sums.astype(np.float32)

    def slots(self, terms: Sequence[str]) -> list[int | None]:
        """The place of each term among all, None where the index has not seen it."""
        with self._lock:
            rows = [
                self._terms.execute("SELECT slot FROM terms WHERE term = ?", (term,)).fetchone()
                for term in terms
            ]
        return [None if row is None else int(row[0]) for row in rows]

    def _find_places(self, terms: Sequence[str]) -> dict[str, slice]:
        places = dict.fromkeys(terms, slice(0, 0))
        for term, slot in zip(terms, self.slots(terms), strict=True):
            if slot is not None:
                start, stop = self._offsets[slot : slot + 2]
                places[term] = slice(int(start), int(stop))
        return places
