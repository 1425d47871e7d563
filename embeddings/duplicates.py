"""Repeats -> one passage: the first by date, then source, then position stands for the others.

First the texts that are alike word for word, then those that say the same in nearly the same words
(`differences.py` judges; `candidates.py` only proposes). Every folded passage is near the very one
that stands for it, never merely near another folded one: a chain of small changes does not drift.
The result depends on the documents alone, not on the order in which they come.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache

import numpy as np

from embeddings.candidates import BANDS, Hashes, find_buckets, hash_bands
from embeddings.differences import FEWEST_WORDS, say_the_same
from embeddings.records import Cut, Fold, Passage
from embeddings.wording import Wording, normalize

_NO_DATE = "9999"
_AT_ONCE = 4096
# Bounds the work where very many passages are alike and yet differ in a name.
_MOST_IN_BUCKET = 32
_MOST_COMPARED = 32


def fold_repeats(cuts: Sequence[Cut]) -> tuple[list[Passage], list[Fold]]:
    """The passages that stand for all, in the order of the documents, and the folded ones."""
    order = sorted(cuts, key=lambda cut: (cut.document.date or _NO_DATE, cut.document.source))
    passages = [passage for cut in order for passage in cut.passages]
    first: dict[str, int] = {}
    exact = [first.setdefault(normalize(p.text), number) for number, p in enumerate(passages)]
    unique = list(first.values())
    near = _fold_near([passages[number].text for number in unique])
    into = {number: unique[near[place]] for place, number in enumerate(unique)}
    standing: list[Passage] = []
    folds: list[Fold] = []
    for number, passage in enumerate(passages):
        representative = into[exact[number]]
        if representative == number:
            standing.append(passage)
        else:
            folds.append(Fold(passage, passages[representative].id))
    return standing, folds


def _fold_near(texts: Sequence[str]) -> list[int]:
    """For each text the place of the one that stands for it: its own, or an earlier one's."""
    long, hashes, common = _read(texts)
    buckets = {long[row]: own for row, own in find_buckets(hashes).items()}
    standing: defaultdict[int, list[int]] = defaultdict(list)
    judge = _Judge(texts, common)
    into = list(range(len(texts)))
    for place in sorted(buckets):
        shared = Counter(other for bucket in buckets[place] for other in standing[bucket])
        nearest = sorted(shared, key=lambda other: (-shared[other], other))[:_MOST_COMPARED]
        into[place] = next((o for o in sorted(nearest) if judge.is_near(place, o)), place)
        if into[place] == place:
            for bucket in buckets[place]:
                if len(standing[bucket]) < _MOST_IN_BUCKET:
                    standing[bucket].append(place)
    return into


def _read(texts: Sequence[str]) -> tuple[list[int], Hashes, Container[str]]:
    """The places of texts long enough to compare, their hashes, and the words written small."""
    long: list[int] = []
    hashes = [np.empty((0, BANDS), dtype=np.uint64)]
    common: set[str] = set()
    for start in range(0, len(texts), _AT_ONCE):
        wordings = [Wording.of(text) for text in texts[start : start + _AT_ONCE]]
        for wording in wordings:
            common.update(_find_small(wording))
        own = [i for i, w in enumerate(wordings) if len(w.words) >= FEWEST_WORDS - 1]
        hashes.append(hash_bands([wordings[i].folded for i in own]))
        long.extend(start + i for i in own)
    return long, np.concatenate(hashes), common


def _find_small(wording: Wording) -> Iterator[str]:
    """The words that a text writes small although its names have capitals."""
    return (word for word in wording.words if word.islower()) if wording.tells_names else iter(())


class _Judge:
    """Compares texts by their places, taking apart those at hand only once."""

    def __init__(self, texts: Sequence[str], common: Container[str]) -> None:
        self._common = common
        self._word = lru_cache(maxsize=1 << 14)(lambda place: Wording.of(texts[place]))

    def is_near(self, one: int, other: int) -> bool:
        return say_the_same(self._word(one), self._word(other), self._common)
