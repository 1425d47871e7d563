"""What a query is looked for by words: terms with their weights, in every language of an index."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from embeddings.analysis import (
    LANGUAGES,
    find_tokens,
    inverse_document_frequency,
    make_term,
    mark_language,
    split_term,
)
from embeddings.index import Index
from embeddings.records import Vectors
from embeddings.spelling import Spelling

# Measured on questions over seeds/ with two misspelt words each; see CONTRIBUTING.md.
_MISSPELT = 0.7
# More words than these, and most of a query, are in another language rather than misspelt.
_FEW = 3


@dataclass(frozen=True, slots=True)
class QueryWords:
    """The words of a query, each once, with the terms to look for in their places.

    `weights` are those of the terms, `word_of` says which word a term is a form of. `idf` is what
    each word tells, and `worth` what finding it does: less where another spelling stands in for it.
    `neighbours` are pairs of words that follow each other in the query; `spelling` pairs each word
    that no passage holds with the one that is looked for in its place.
    """

    weights: Mapping[str, float]
    word_of: Mapping[str, int]
    idf: Vectors
    worth: Vectors
    neighbours: tuple[tuple[int, int], ...]
    spelling: Sequence[tuple[str, str]]

    @property
    def count(self) -> int:
        """How many words there are."""
        return len(self.idf)

    @property
    def information(self) -> list[float]:
        """What finding each term tells, in the order of `weights`."""
        return [float(self.worth[self.word_of[term]]) for term in self.weights]


class Vocabulary:
    """The words of one index. Safe to use from several threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._spelling = Spelling(index)
        marks = {mark_language(language): language for language in LANGUAGES}
        counts = index.frequencies(list(marks))
        self._held = {marks[mark]: count for mark, count in counts.items() if count}

    def read(self, text: str) -> QueryWords:
        """What to look for; a word in its forms of several languages counts as one.

        A passage is analysed in one language, so a word stands in as many passages as its forms do
        in all, and its forms weigh what it would weigh. As a stop word of a language it counts as
        if all passages in that language held it.
        """
        order = [(term, text[start:end]) for start, end, term in find_tokens(text)]
        written: dict[str, set[str]] = defaultdict(set)
        for term, word in order:
            written[term].add(word)
        place = {term: i for i, term in enumerate(sorted(written))}
        weights: dict[str, float] = {}
        word_of: dict[str, int] = {}
        idf: list[float] = []
        unheard: list[tuple[str, list[str], int]] = []
        found = {term: self._find_forms(term, written[term]) for term in place}
        frequencies = self._index.frequencies([f for forms, _ in found.values() for f in forms])
        for term, i in place.items():
            forms, stopped = found[term]
            counts = {form: n for form in forms if (n := frequencies[form])}
            total = stopped + sum(counts.values())
            idf.append(self._inform(total))
            weights |= {form: idf[i] / self._inform(n) for form, n in counts.items()}
            word_of |= dict.fromkeys(counts, i)
            if not total:
                unheard.append((min(written[term]), forms, i))
        worth = np.array(idf, dtype=np.float32)
        spelling = []
        if len(unheard) <= max(_FEW, len(place) // 2):
            for word, near, i in self._correct(unheard):
                spelling.append((word, self._write(near)))
                weights.setdefault(near, _MISSPELT)
                word_of.setdefault(near, i)
                worth[i] *= _MISSPELT
        neighbours = {
            (min(place[a], place[b]), max(place[a], place[b]))
            for (a, _), (b, _) in pairwise(order)
            if a != b
        }
        return QueryWords(
            weights,
            word_of,
            np.array(idf, dtype=np.float32),
            worth,
            tuple(sorted(neighbours)),
            spelling,
        )

    def _find_forms(self, term: str, words: Collection[str]) -> tuple[list[str], int]:
        """The terms of a word, and in how many passages it is a stop word."""
        forms, stopped = [term], 0
        for language, count in self._held.items():
            own = {make_term(word, language) for word in words}
            forms += sorted(own - {""})
            stopped += count if own == {""} else 0
        return forms, stopped

    def _inform(self, frequency: int) -> float:
        return inverse_document_frequency(self._index.passage_count, frequency)

    def _correct(
        self, unheard: Iterable[tuple[str, Sequence[str], int]]
    ) -> Iterator[tuple[str, str, int]]:
        """For each word the commonest of the terms that are nearest to its forms."""
        for word, forms, place in unheard:
            near = [term for form in forms for term in self._spelling.find_near(form)]
            held = self._index.frequencies(near)
            if near:
                yield word, min(near, key=lambda term: (-held[term], term)), place

    def _write(self, term: str) -> str:
        """A term as a passage writes it."""
        language, stem = split_term(term)
        found = self._index.lexical({term: 1.0}, 1).numbers
        for stored in self._index.read([int(number) for number in found]):
            passage = stored.passage
            for text in (passage.text, stored.title, passage.heading or ""):
                for start, end, own in find_tokens(text, language):
                    if own == term:
                        return text[start:end]
        return stem
