"""A question made ready to be answered: its vector, its words, and the candidates of each filter.

What people ask again is the same question: the next page of it, with another filter, newest first,
or while they type. So what does not depend on k, offset, order or facets is remembered, of one
build alone: the question's vector and words, and the ranked candidates.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from embeddings.encoders import Encoder
from embeddings.index import NO_FILTER, Index
from embeddings.manifest import Manifest
from embeddings.records import Filter, StoredPassage, Vectors
from service.candidates import Candidates, find_candidates, rank_candidates
from service.memory import Memory
from service.phrasing import NO_PHRASING, Phrasing
from service.query import LONGEST_QUERY, Query
from service.query_words import QueryWords, Vocabulary
from service.steering import find_example, move
from service.together import Together

_AT_ONCE = 2  # encodings: a long question keeps a short one from nothing
_MOST_QUESTIONS = 1024
_MOST_RANKED = 512
_MOST_BYTES = 16 << 20
_TERM_BYTES = 400  # of a term in three dictionaries


@dataclass(frozen=True, slots=True)
class Question:
    """A text with its vector and words, and how many seconds encoding it took.

    `left_out` are the passages that its examples are, of which nobody needs to be told.
    """

    text: str
    vector: Vectors
    words: QueryWords
    encoding: float
    left_out: tuple[int, ...] = ()


class _Ranked(NamedTuple):
    """What a list of candidates depends on."""

    text: str
    like: tuple[str, ...]
    unlike: tuple[str, ...]
    mode: str
    filter: Filter
    phrasing: Phrasing


class Questions:
    """The questions of one build. Safe to use from several threads."""

    def __init__(self, manifest: Manifest, index: Index, encoder: Encoder) -> None:
        self._manifest = manifest
        self._index = index
        self._together = Together(encoder.encode_queries, _AT_ONCE)
        self._vocabulary = Vocabulary(index)
        self._read = Memory[str, Question](_MOST_QUESTIONS, _MOST_BYTES, _measure_question)
        self._ranked = Memory[_Ranked, Candidates](_MOST_RANKED, _MOST_BYTES, _measure_candidates)

    def read(self, text: str) -> tuple[Question, bool]:
        """A question made ready, and whether it was encoded for somebody else."""
        return self._read.recall(text, lambda: self.read_anew(text))

    def read_anew(self, text: str) -> Question:
        """A question that the encoder is asked for, remembered or not."""
        started = time.perf_counter()
        vector = self._together.encode(text)
        encoding = time.perf_counter() - started
        return Question(text, vector, self._vocabulary.read(text), encoding)

    def steer(self, query: Query) -> tuple[Question, bool]:
        """The question moved by its examples, and whether all of it was encoded for others.

        Raises NotFound where an example names a passage that is not there.
        """
        if not (query.like or query.unlike):
            return self.read(query.text)
        asked = self.read(query.text) if query.text.strip() else None
        stored = {one: find_example(self._index, one) for one in (*query.like, *query.unlike)}
        read = {one: self.read(_spell_out(one, found)) for one, found in stored.items()}
        texts = [read[one][0].text for one in query.like]
        question, remembered = asked or self.read(" ".join(texts)[:LONGEST_QUERY])
        vector = move(
            asked[0].vector if asked else None,
            [read[one][0].vector for one in query.like],
            [read[one][0].vector for one in query.unlike],
        )
        out = stored.values() if asked is None else [stored[one] for one in query.unlike]
        left_out = tuple(one.number for one in out if one is not None)
        encoding = sum(one.encoding for one, known in read.values() if not known)
        return (
            replace(
                question,
                vector=vector,
                encoding=encoding + (0 if remembered else question.encoding),
                left_out=left_out,
            ),
            remembered and all(known for _, known in read.values()),
        )

    def spell_out(self, example: str) -> str:
        """The text of an example, or of the passage that it names. Raises NotFound."""
        return _spell_out(example, find_example(self._index, example))

    def find_candidates(self, query: Query, question: Question) -> Candidates:
        """The candidates, best first; what they stand out of is found without the filter."""

        def rank(wanted: Filter, phrasing: Phrasing) -> Candidates:
            key = _Ranked(query.text, query.like, query.unlike, query.mode, wanted, phrasing)
            return self._ranked.recall(key, self._ranker(question, key))[0]

        phrasing = Phrasing(query.phrases, query.excluded)
        everything = rank(NO_FILTER, NO_PHRASING)
        found = rank(query.filter, phrasing) if query.filter or phrasing else everything
        if question.left_out:
            found = found.take(np.flatnonzero(~np.isin(found.numbers, question.left_out)))
        model = self._manifest.ranking["confidence"][query.mode]
        return find_candidates(everything, found, model, self._index.passage_count)

    def _ranker(self, question: Question, key: _Ranked) -> Callable[[], Candidates]:
        return lambda: rank_candidates(
            self._index,
            self._manifest.ranking,
            key.mode,
            key.filter,
            question.vector,
            question.words,
            key.phrasing,
            self._vocabulary,
        )


def _spell_out(example: str, stored: StoredPassage | None) -> str:
    return example if stored is None else stored.passage.text[:LONGEST_QUERY]


def _measure_question(text: str, question: Question) -> int:
    terms = len(question.words.weights) + question.words.count
    return 2 * sys.getsizeof(text) + question.vector.nbytes + _TERM_BYTES * terms


def _measure_candidates(key: _Ranked, found: Candidates) -> int:
    signals = [getattr(found.signals, one.name) for one in fields(found.signals)]
    arrays = (found.numbers, found.scores, found.share, found.reranked, *signals)
    asked = (key.text, *key.like, *key.unlike, key.filter.source)
    asked += (*key.phrasing.required, *key.phrasing.excluded)
    texts = sum(map(sys.getsizeof, asked))
    return texts + sum(int(array.nbytes) for array in arrays)
