"""Which passages hold the phrases of a query, over the whole index, and which of the nearest do.

The index is asked for the passages that hold every word of a phrase, in any of the languages that
it holds, and the texts of these say the rest. Words that are looked up nowhere, as `the` and `of`,
narrow nothing: of a phrase that is made of these alone, the nearest passages are read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.analysis import LANGUAGES, make_term, mark_language
from embeddings.index import Index
from embeddings.records import Filter, Mask, Nearest, Numbers
from embeddings.words import UNSPACED, find_words
from service.wording import Wording

MOST_READ = 2000
"""So many passages are read for a phrase whose words stand in more."""
DEEPEST_NEAREST = 1000
"""So far down each list of nearest passages is read on, where the first ones must not be found."""

Gather = Callable[[int], list[Nearest]]
"""The nearest passages to a depth, by each signal."""


@dataclass(frozen=True, slots=True)
class Held:
    """Passages that hold what they must; `complete` where there are no others in the index."""

    numbers: Numbers
    complete: bool


class Holders:
    """Looks passages up in one index by what they say. Safe to use from several threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        marks = {mark_language(language): language for language in LANGUAGES}
        self._spoken = [marks[m] for m, count in index.frequencies(list(marks)).items() if count]

    def find(self, wording: Wording, filter: Filter, depth: int, gather: Gather) -> Held:
        """The passages to rank under a filter: all that hold the phrases, else the nearest.

        Without phrases they are those that `gather(depth)` would give if what is excluded were not
        in the index.
        """
        if wording.phrases:
            held = self._find_all(wording, filter, gather)
            if held is not None:
                return held
            return self._find_nearest(wording, gather, DEEPEST_NEAREST, (DEEPEST_NEAREST,))
        return self._find_nearest(wording, gather, depth, (depth, DEEPEST_NEAREST))

    def _find_all(self, wording: Wording, filter: Filter, gather: Gather) -> Held | None:
        """None where no word of the phrases can be looked up."""
        found = self._look_up(wording.phrases, filter)
        if found is None:
            return None
        complete = len(found) <= MOST_READ
        if not complete:
            near = _join(gather(DEEPEST_NEAREST))
            first = near[np.isin(near, found)][:MOST_READ]
            rest = found[~np.isin(found, first)]
            found = np.concatenate([first, rest[: MOST_READ - len(first)]])
        return Held(np.sort(found[self._read(wording, found)]), complete)

    def _look_up(self, phrases: Iterable[str], filter: Filter) -> Numbers | None:
        """The passages that hold every word of the phrases, as far as words are looked up."""
        words = [self._find_forms(word) for word in _list_words(phrases)]
        known = [forms for forms in words if forms is not None]
        if not known:
            return None
        counts = self._index.frequencies([term for forms in known for term in forms])
        sizes = [sum(counts[term] for term in forms) for forms in known]
        found: Numbers | None = None
        for at in np.argsort(sizes, kind="stable"):
            if found is not None and len(found) <= MOST_READ // 4:
                break  # few enough to read
            terms = dict.fromkeys(known[at], 1.0)
            own = np.sort(self._index.lexical(terms, max(1, sizes[at]), filter).numbers)
            found = own if found is None else found[np.isin(found, own)]
        return found

    def _find_forms(self, word: str) -> list[str] | None:
        """The terms of which a passage that holds the word has one; None: it need not have any.

        Where the word is none to look up in a language, all passages in that language count.
        """
        plain = make_term(word)
        if not plain or (len(word) == 1 and UNSPACED.match(word)):
            return None  # nor has a word of one such character inside a longer run
        forms = [make_term(word, language) or mark_language(language) for language in self._spoken]
        return sorted({plain, *forms})

    def _find_nearest(
        self, wording: Wording, gather: Gather, kept: int, depths: Iterable[int]
    ) -> Held:
        """Of the nearest by each signal, to the first depth that gives enough, the best `kept`."""
        allowed: dict[int, bool] = {}
        for depth in depths:
            lists = gather(depth)
            fresh = [number for number in _join(lists).tolist() if number not in allowed]
            allowed |= zip(fresh, self._read(wording, fresh).tolist(), strict=True)
            passing = [_keep(one.numbers, allowed)[:kept] for one in lists]
            pairs = zip(lists, passing, strict=True)
            if all(len(own) == kept or len(one.numbers) < depth for one, own in pairs):
                return Held(np.unique(np.concatenate(passing)), complete=True)
        return Held(np.unique(np.concatenate(passing)), complete=False)

    def _read(self, wording: Wording, numbers: Iterable[int]) -> Mask:
        """Whether the text of each passage is as it must be."""
        stored = self._index.read([int(number) for number in numbers])
        return np.array([wording.allows(one.passage.text) for one in stored], dtype=np.bool_)


def _list_words(phrases: Iterable[str]) -> Iterator[str]:
    """The words of phrases, each once."""
    yield from dict.fromkeys(
        phrase[start:end] for phrase in phrases for start, end in find_words(phrase)
    )


def _join(lists: Sequence[Nearest]) -> Numbers:
    """The numbers of all lists, each once, the first of each list before the second."""
    ranks = np.concatenate([np.arange(len(one.numbers)) for one in lists])
    numbers = np.concatenate([one.numbers for one in lists])[np.argsort(ranks, kind="stable")]
    _, first = np.unique(numbers, return_index=True)
    joined: Numbers = numbers[np.sort(first)]
    return joined


def _keep(numbers: Numbers, allowed: Mapping[int, bool]) -> Numbers:
    return np.array([n for n in numbers.tolist() if allowed[n]], dtype=np.int64)
