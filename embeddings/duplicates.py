"""Repeats -> one passage: the first by date, then source, then position stands for the others.

First the texts that are alike word for word, then those that say the same in nearly the same words
(`differences.py` judges; `candidates.py` only proposes). Every folded passage is near the very one
that stands for it, never merely near another folded one: a chain of small changes does not drift.
The result depends on the documents alone, not on the order in which they come.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from embeddings.budget import Budget
from embeddings.candidates import BANDS, find_buckets
from embeddings.differences import Slot, Words, find_slots, say_the_same
from embeddings.kept_cuts import KeptCuts
from embeddings.on_disk import Lazy
from embeddings.records import Fold, Numbers
from embeddings.taken import Brief, Likeness
from embeddings.wording import Wording

_NO_DATE = "9999"
_WORDING = 8192  # bytes that a passage takes, its words apart
# Bounds the work where very many passages are alike and yet differ in a name.
_MOST_IN_BUCKET = 32
_MOST_COMPARED = 32
# A place where four texts have each another word is a slot of a template.
_FEWEST_FILLINGS = 4
_NO_SLOTS: frozenset[Slot] = frozenset()


@dataclass(frozen=True, slots=True)
class Repeats:
    """Places of passages: those that stand for all, those that are folded, and into which."""

    standing: Numbers
    folded: Numbers
    into: Numbers


def fold_cuts(cuts: KeptCuts, budget: Budget) -> tuple[Numbers, Sequence[Fold]]:
    """The places of the passages that stand for all, by id, and the folded ones."""
    kept = cuts.passages
    order = cuts.order_passages(order_documents(cuts.briefs))
    small = Lazy(len(order), lambda place: kept.read_small(order[place]))
    texts = Lazy(len(order), lambda place: kept.read_text(order[place]))
    found = find_repeats(kept.read_likeness(), order, small, texts, budget)
    standing, folded, into = order[found.standing], order[found.folded], order[found.into]
    ids = np.array([kept.read_id(place) for place in standing], dtype=np.bytes_)
    return standing[np.argsort(ids)], Lazy(
        len(folded), lambda number: Fold(kept[folded[number]], kept.read_id(into[number]))
    )


def order_documents(briefs: Iterable[Brief]) -> list[int]:
    """The places of documents, those first whose passages stand for others."""
    keys = [(brief.date or _NO_DATE, brief.source) for brief in briefs]
    return sorted(range(len(keys)), key=keys.__getitem__)


def find_repeats(
    likeness: Likeness,
    order: Numbers,
    small: Sequence[Collection[str]],
    texts: Sequence[str],
    budget: Budget,
) -> Repeats:
    """Which passages stand for all, given what each is compared by: the places in `order`.

    In that order, `small` are the words of each that it writes small although its names have
    capitals, and `texts` their texts.
    """
    digests = likeness["digest"][order]
    _, first, text_of = np.unique(digests, return_index=True, return_inverse=True)
    exact = first[text_of]
    unique = np.sort(first)
    common: set[str] = set()
    for place in unique.tolist():
        common.update(small[place])
    long = unique[likeness["long"][order[unique]]]
    judge = _Judge(Lazy(len(long), lambda place: texts[long[place]]), common, budget)
    near = _fold_near(likeness, order[long], judge)
    into = np.arange(len(exact))
    into[long] = long[near]
    into = into[exact]
    stands = into == np.arange(len(exact))
    folded = np.flatnonzero(~stands)
    return Repeats(np.flatnonzero(stands), folded, into[folded])


def _fold_near(likeness: Likeness, order: Numbers, judge: "_Judge") -> Sequence[int]:
    """For each text the place of the one that stands for it: its own, or an earlier one's.

    Done twice: only the first round shows which words stand in the slots of a template.
    """
    buckets = find_buckets(likeness["bands"][order, band] for band in range(BANDS))
    into = _fold_buckets(buckets, judge, len(order))
    judge.learn_templates({place: into[place] for place in buckets})
    return _fold_buckets(buckets, judge, len(order), into) if judge.knows_templates else into


def _fold_buckets(
    buckets: Mapping[int, Sequence[int]],
    judge: "_Judge",
    count: int,
    before: Sequence[int] | None = None,
) -> Sequence[int]:
    """Each text into the earliest that is near and stands itself.

    `before` is what came of an earlier round, of a judge who let more pass: a text that stood alone
    is compared only with those that did not stand then.
    """
    standing: defaultdict[int, list[int]] = defaultdict(list)
    into = array("q", range(count))
    for place in buckets:
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


class _Judge:
    """Compares texts by their places, taking apart those at hand only once."""

    def __init__(self, texts: Sequence[str], common: Container[str], budget: Budget) -> None:
        self._common = common
        most = budget.count_rows(_WORDING)
        self._word = lru_cache(maxsize=most)(lambda place: Wording.of(texts[place]))
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
