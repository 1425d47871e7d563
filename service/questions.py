"""A question made ready to be answered: its vector, its words, and the candidates of each filter.

What people ask again is the same question: the next page of it, with another filter, newest first,
or while they type. So what does not depend on k, offset, order or facets is remembered, of one
build alone: the question's vector and words, and the ranked candidates.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, fields

from embeddings.encoders import Encoder
from embeddings.index import NO_FILTER, Index
from embeddings.manifest import Manifest
from embeddings.records import Filter, Vectors
from service.candidates import Candidates, find_candidates, rank_candidates
from service.memory import Memory
from service.query import Query
from service.query_words import QueryWords, Vocabulary
from service.together import Together

_AT_ONCE = 2  # encodings: a long question keeps a short one from nothing
_MOST_QUESTIONS = 1024
_MOST_RANKED = 512
_MOST_BYTES = 16 << 20
_TERM_BYTES = 400  # of a term in three dictionaries


@dataclass(frozen=True, slots=True)
class Question:
    """A text with its vector and words, and how many seconds encoding it took."""

    text: str
    vector: Vectors
    words: QueryWords
    encoding: float


_Ranked = tuple[str, str, Filter]


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

    def find_candidates(self, query: Query, question: Question) -> Candidates:
        """The candidates, best first; what they stand out of is found without the filter."""

        def rank(wanted: Filter) -> Candidates:
            key = (query.text, query.mode, wanted)
            return self._ranked.recall(key, self._ranker(question, query.mode, wanted))[0]

        everything = rank(NO_FILTER)
        found = rank(query.filter) if query.filter else everything
        model = self._manifest.ranking["confidence"][query.mode]
        return find_candidates(everything, found, model, self._index.passage_count)

    def _ranker(self, question: Question, mode: str, wanted: Filter) -> Callable[[], Candidates]:
        return lambda: rank_candidates(
            self._index, self._manifest.ranking, mode, wanted, question.vector, question.words
        )


def _measure_question(text: str, question: Question) -> int:
    terms = len(question.words.weights) + question.words.count
    return 2 * sys.getsizeof(text) + question.vector.nbytes + _TERM_BYTES * terms


def _measure_candidates(key: _Ranked, found: Candidates) -> int:
    text, _, wanted = key
    signals = [getattr(found.signals, one.name) for one in fields(found.signals)]
    arrays = (found.numbers, found.scores, found.share, found.reranked, *signals)
    texts = sys.getsizeof(text) + sys.getsizeof(wanted.source)
    return texts + sum(int(array.nbytes) for array in arrays)
