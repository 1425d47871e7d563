"""What a query is looked for by words: terms with their weights, in every language of an index."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from embeddings.analysis import (
    LANGUAGES,
    find_tokens,
    inverse_document_frequency,
    make_term,
    mark_language,
    split_term,
)
from embeddings.index import Index
from embeddings.spelling import Spelling

# Measured on questions over seeds/ with two misspelt words each; see CONTRIBUTING.md.
_MISSPELT = 0.7
# More words than these, and most of a query, are in another language rather than misspelt.
_FEW = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """The words of a query.

    `weights` are those of the terms to look for, `ideal` is the BM25 sum that a passage made of the
    query's words alone approaches, `spelling` pairs each word that no passage holds with the one
    that is looked for in its place.
    """

    weights: Mapping[str, float]
    ideal: float
    spelling: Sequence[tuple[str, str]]


class Vocabulary:
    """The words of one index. Safe to use from several threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        marks = {mark_language(language): language for language in LANGUAGES}
        counts = index.frequencies(list(marks))
        self._held = {marks[mark]: count for mark, count in counts.items() if count}

    def read(self, text: str) -> Wanted:
        """What to look for; a word in its forms of several languages counts as one.

        A passage is analysed in one language, so a word stands in as many passages as its forms do
        in all, and its forms weigh what it would weigh. As a stop word of a language it counts as
        if all passages in that language held it.
        """
        words: dict[str, set[str]] = defaultdict(set)
        for start, end, term in find_tokens(text):
            words[term].add(text[start:end])
        weights: dict[str, float] = {}
        unheard: list[tuple[str, list[str]]] = []
        ideal = 0.0
        for term in sorted(words):
            forms, stopped = self._find_forms(term, words[term])
            counts = {form: n for form, n in self._index.frequencies(forms).items() if n}
            total = stopped + sum(counts.values())
            ideal += self._inform(total)
            weights |= {form: self._inform(total) / self._inform(n) for form, n in counts.items()}
            if not total:
                unheard.append((min(words[term]), forms))
        near = self._correct(unheard) if len(unheard) <= max(_FEW, len(words) // 2) else {}
        spelling = [(word, self._write(term)) for word, term in near.items()]
        return Wanted(dict.fromkeys(near.values(), _MISSPELT) | weights, ideal, spelling)

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

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self._index.terms())

    def _correct(self, unheard: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
        """For each word the commonest of the terms that are nearest to its forms."""
        found = {}
        for word, forms in unheard:
            near = [term for form in forms for term in self._spelling.find_near(form)]
            held = self._index.frequencies(near)
            if near:
                found[word] = min(near, key=lambda term: (-held[term], term))
        return found

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
