"""A word that no passage holds -> the terms of the index that it was most likely meant to be."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from embeddings.analysis import split_term

_SHORTEST = 5
_ANY_FIRST = 6
_LONG = 8


class Terms(Protocol):
    """What of an index is looked through; see `Index`."""

    def terms(self, beginning: str, lengths: range) -> Sequence[str]: ...

    def letters(self, beginning: str) -> Sequence[str]: ...

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]: ...


class Spelling:
    """Looks through the terms of an index that have the first letter and about the length."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def find_near(self, term: str) -> Sequence[str]:
        """The terms that are fewest slips away, in order: one, or two in eight letters.

        A slip is a letter too much, too few, another, or two swapped (optimal string alignment, the
        restricted Damerau-Levenshtein distance). The first letter is seldom wrong: only where no
        term has the same is another one tried, and not for short words, which are near too many.
        """
        language, stem = split_term(term)
        if len(stem) < _SHORTEST or not stem.isalpha():
            return ()
        before = term.removesuffix(stem)
        near = self._look(language, before, stem, 1 if len(stem) < _LONG else 2)
        if not near and len(stem) >= _ANY_FIRST:
            near = self._try_other_firsts(before, stem)
        return [before + other for other in near]

    def _look(self, language: str, before: str, stem: str, slips: int) -> list[str]:
        """The stems with the same first letter that are nearest, so many slips away at most."""
        about = len(before) + len(stem)
        found = self._terms.terms(
            before + stem[0],
            range(max(about - slips, len(before) + _SHORTEST - 1), about + slips + 1),
        )
        parts = map(split_term, found)
        stems = [other for own, other in parts if own == language and other.isalpha()]
        near = process.extract(stem, stems, scorer=OSA.distance, score_cutoff=slips, limit=None)
        fewest = min((distance for _, distance, _ in near), default=0)
        return sorted(other for other, distance, _ in near if distance == fewest)

    def _try_other_firsts(self, before: str, stem: str) -> list[str]:
        """The stems that one slip at its beginning parts from this one."""
        others = {other for other in self._slip_at_first(before, stem) if other.isalpha()}
        held = self._terms.frequencies([before + other for other in others])
        return sorted(other for other in others if held[before + other])

    def _slip_at_first(self, before: str, stem: str) -> Iterator[str]:
        yield stem[1:]
        yield stem[1] + stem[0] + stem[2:]
        for first in self._terms.letters(before):
            yield first + stem[1:]
            yield first + stem
