"""What must stand in a passage word for word, and what must not, over the whole of an index.

Words are compared as they are searched, without case, diacritics and what stands between them, but
never by their stems: `"mine"` is not `mining`. Passages with a phrase are found by its words in the
lexical index, the rarest first, so one that is far from the question is found as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.index import Index
from embeddings.records import Filter, Numbers, Vectors
from embeddings.words import fold_word, split_words
from service.query_words import Vocabulary

MOST_READ = 4_000
"""Passages that are read for a phrase whose words are all commoner than that."""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """Phrases that a passage holds, and phrases that it does not."""

    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.required or self.excluded)

    def allows(self, text: str) -> bool:
        """Whether a passage may have this text."""
        own = _fold(text)
        return all(_fold(phrase) in own for phrase in self.required) and not any(
            _fold(phrase) in own for phrase in self.excluded
        )


NO_PHRASING = Phrasing()


def _fold(text: str) -> str:
    """The words of a text as they are searched, each between two separators."""
    return "\0" + "\0".join(filter(None, map(fold_word, split_words(text)))) + "\0"


def keep_allowed(index: Index, numbers: Numbers, phrasing: Phrasing) -> Numbers:
    """Of the passages named, those whose text is allowed."""
    stored = index.read(numbers.tolist())
    return numbers[[phrasing.allows(one.passage.text) for one in stored]]


def find_holding(
    index: Index,
    vocabulary: Vocabulary,
    phrasing: Phrasing,
    filter: Filter,
    vector: Vectors,
) -> tuple[Numbers, bool]:
    """The passages that the phrasing and the filter allow, and whether these are all there are.

    Where each of its words stands in more than MOST_READ passages, the nearest of these are read.
    """
    words = [forms for one in phrasing.required for forms in vocabulary.find_forms(one)]
    counts = [index.frequencies(forms) for forms in words]
    found: Numbers | None = None
    for held in sorted(counts, key=lambda held: sum(held.values())):
        if sum(held.values()) > MOST_READ:
            break
        own = _find_any(index, held, filter)
        found = own if found is None else np.intersect1d(found, own)
        if not len(found):
            return found, True
    complete = found is not None or index.passage_count <= MOST_READ
    if found is None:
        found = _find_nearest(index, counts, filter, vector)
    return keep_allowed(index, found, phrasing), complete


def _find_any(index: Index, held: dict[str, int], filter: Filter) -> Numbers:
    """The passages that hold one of the terms at least, by number."""
    terms = {term: 1.0 for term, count in held.items() if count}
    numbers = index.lexical(terms, MOST_READ, filter).numbers if terms else ()
    return np.sort(np.asarray(numbers, dtype=np.int64))


def _find_nearest(
    index: Index, counts: Sequence[dict[str, int]], filter: Filter, vector: Vectors
) -> Numbers:
    """Those nearest in meaning, and those that hold the most of the words."""
    near = index.dense(vector, MOST_READ, filter)[0].numbers
    terms = {term: 1.0 / count for held in counts for term, count in held.items() if count}
    by_words = index.lexical(terms, MOST_READ, filter).numbers if terms else near
    return np.union1d(near, by_words).astype(np.int64)
