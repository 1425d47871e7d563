"""Repeats -> one passage: the first by date, then source, then position stands for the others.

First the texts that are alike word for word, then those that say the same in nearly the same words
(`differences.py` judges; `candidates.py` only proposes). Every folded passage is near the very one
that stands for it, never merely near another folded one: a chain of small changes does not drift.
The result depends on the documents alone, not on the order in which they come.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from embeddings.candidates import BANDS, Hashes, find_buckets, hash_bands
from embeddings.differences import FEWEST_WORDS, Slot, Words, find_slots, say_the_same
from embeddings.digests import digest_texts
from embeddings.on_disk import Lazy
from embeddings.records import Cut, Fold, Passage
from embeddings.wording import Wording, normalize

_NO_DATE = "9999"
_AT_ONCE = 4096
# Bounds the work where very many passages are alike and yet differ in a name.
_MOST_IN_BUCKET = 32
_MOST_COMPARED = 32
# A place where four texts have each another word is a slot of a template.
_FEWEST_FILLINGS = 4
_NO_SLOTS: frozenset[Slot] = frozenset()


def fold_repeats(cuts: Sequence[Cut]) -> tuple[list[Passage], list[Fold]]:
    """The passages that stand for all, in the order of the documents, and the folded ones."""
    passages = list(order_passages(cuts))
    standing, folds = find_repeats(passages)
    return [passages[number] for number in standing], folds


def order_passages(cuts: Sequence[Cut]) -> Iterator[Passage]:
    """All passages, those first that stand for others."""
    keys = [(cut.document.date or _NO_DATE, cut.document.source) for cut in cuts]
    for place in sorted(range(len(keys)), key=keys.__getitem__):
        yield from cuts[place].passages


def find_repeats(passages: Sequence[Passage]) -> tuple[list[int], list[Fold]]:
    """The places of the passages that stand for all, and the folded ones."""
    digests = digest_texts(Lazy(len(passages), lambda place: normalize(passages[place].text)))
    _, first, text_of = np.unique(digests, return_index=True, return_inverse=True)
    exact = first[text_of]
    unique = np.sort(first)
    near = _fold_near(Lazy(len(unique), lambda place: passages[unique[place]].text))
    into = dict(zip(unique.tolist(), unique[near].tolist(), strict=True))
    standing: list[int] = []
    folds: list[Fold] = []
    for number, same in enumerate(exact.tolist()):
        representative = into[same]
        if representative == number:
            standing.append(number)
        else:
            folds.append(Fold(passages[number], passages[representative].id))
    return standing, folds


def _fold_near(texts: Sequence[str]) -> list[int]:
    """For each text the place of the one that stands for it: its own, or an earlier one's.

    Done twice: only the first round shows which words stand in the slots of a template.
    """
    long, hashes, common = _read(texts)
    buckets = {long[row]: own for row, own in find_buckets(hashes).items()}
    judge = _Judge(texts, common)
    into = _fold_buckets(buckets, judge, len(texts))
    judge.learn_templates({place: into[place] for place in buckets})
    return _fold_buckets(buckets, judge, len(texts), into) if judge.knows_templates else into


def _fold_buckets(
    buckets: Mapping[int, Sequence[int]],
    judge: "_Judge",
    count: int,
    before: Sequence[int] | None = None,
) -> list[int]:
    """Each text into the earliest that is near and stands itself.

    `before` is what came of an earlier round, of a judge who let more pass: a text that stood alone
    is compared only with those that did not stand then.
    """
    standing: defaultdict[int, list[int]] = defaultdict(list)
    into = list(range(count))
    for place in sorted(buckets):
        shared = Counter(other for bucket in buckets[place] for other in standing[bucket])
        nearest = sorted(shared, key=lambda other: (-shared[other], other))[:_MOST_COMPARED]
        if before is not None and before[place] == place:
            nearest = [other for other in nearest if before[other] != other]
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
        self._slots: dict[int, frozenset[Slot]] = {}

    @property
    def knows_templates(self) -> bool:
        return bool(self._slots)

    def is_near(self, one: int, other: int) -> bool:
        slots = self._slots.get(one, _NO_SLOTS) | self._slots.get(other, _NO_SLOTS)
        return say_the_same(self._word(one), self._word(other), self._common, slots)

    def learn_templates(self, into: Mapping[int, int]) -> None:
        """Find the slots that hold so many different words that these are what the texts say."""
        fillings: defaultdict[tuple[int, Slot], set[Words]] = defaultdict(set)
        for one, other in into.items():
            if one != other:
                for slot, words in find_slots(self._word(one), self._word(other), self._common):
                    fillings[other, slot].add(words)
        found: defaultdict[int, set[Slot]] = defaultdict(set)
        for (family, slot), fitting in fillings.items():
            if len(fitting) >= _FEWEST_FILLINGS:
                found[family].add(slot)
        slots = {family: frozenset(own) for family, own in found.items()}
        self._slots = {one: slots[other] for one, other in into.items() if other in slots}
