"""A word that no passage holds -> the terms of the index that it was most likely meant to be."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from embeddings.analysis import split_term

_SHORTEST = 5
_ANY_FIRST = 6
_LONG = 8


class Spelling:
    """The terms of an index by language, first letter and length, to be looked through."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._stems: dict[tuple[str, int, str], list[str]] = defaultdict(list)
        for term in terms:
            language, stem = split_term(term)
            if len(stem) >= _SHORTEST - 1 and stem.isalpha():
                self._stems[language, len(stem), stem[0]].append(stem)
        self._firsts = sorted({first for _, _, first in self._stems})

    def find_near(self, term: str) -> Sequence[str]:
        """The terms that are fewest slips away, in order: one, or two in eight letters.

        A slip is a letter too much, too few, another, or two swapped (optimal string alignment, the
        restricted Damerau-Levenshtein distance). The first letter is seldom wrong: only where no
        term has the same is another one tried, and not for short words, which are near too many.
        """
        language, stem = split_term(term)
        if len(stem) < _SHORTEST or not stem.isalpha():
            return ()
        near = self._look(language, stem, 1 if len(stem) < _LONG else 2, stem[:1])
        if not near and len(stem) >= _ANY_FIRST:
            near = self._look(language, stem, 1, self._firsts)
        return [term.removesuffix(stem) + other for other in near]

    def _look(self, language: str, stem: str, slips: int, firsts: Iterable[str]) -> list[str]:
        found = [
            (distance, near)
            for length in range(len(stem) - slips, len(stem) + slips + 1)
            for first in firsts
            if (language, length, first) in self._stems
            for near, distance, _ in process.extract(
                stem,
                self._stems[language, length, first],
                scorer=OSA.distance,
                score_cutoff=slips,
                limit=None,
            )
        ]
        fewest = min((distance for distance, _ in found), default=0)
        return sorted(near for distance, near in found if distance == fewest)
