"""A question made ready to be answered: its vector, its words, and the candidates of each filter.

What people ask again is the same question: the next page of it, with another filter, newest first,
or while they type. So what does not depend on k, offset, order or facets is remembered, of one
build alone: the question's vector and words, and the ranked candidates.
"""

import sys
import time
from dataclasses import dataclass, fields, replace

import numpy as np

from embeddings.encoders import Encoder
from embeddings.errors import InvalidInput
from embeddings.index import NO_FILTER, Index
from embeddings.manifest import Manifest
from embeddings.records import Filter, Nearest, Vectors
from service.candidates import (
    CANDIDATE_DEPTH,
    Candidates,
    find_candidates,
    gather,
    rank_candidates,
)
from service.holders import Holders
from service.memory import Memory
from service.query import LONGEST_QUERY, Query
from service.query_words import QueryWords, Vocabulary
from service.steering import Judged, is_lost_id, may_be_id, steer
from service.together import Together
from service.wording import NO_WORDING, Wording

_AT_ONCE = 2  # encodings: a long question keeps a short one from nothing
_MOST_QUESTIONS = 1024
_MOST_RANKED = 512
_MOST_BYTES = 16 << 20
_TERM_BYTES = 400  # of a term in three dictionaries


@dataclass(frozen=True, slots=True)
class Question:
    """A text with its vector and words, and how many seconds encoding it took.

    `judged` are the passages that it leans to or away from: they are no candidates of it.
    """

    text: str
    vector: Vectors
    words: QueryWords
    encoding: float
    judged: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ranked:
    """What the candidates depend on."""

    text: str
    mode: str
    filter: Filter
    wording: Wording
    like: tuple[str, ...]
    unlike: tuple[str, ...]


class Questions:
    """The questions of one build. Safe to use from several threads."""

    def __init__(self, manifest: Manifest, index: Index, encoder: Encoder) -> None:
        self._manifest = manifest
        self._index = index
        self._holders = Holders(index)
        self._together = Together(encoder.encode_queries, _AT_ONCE)
        self._vocabulary = Vocabulary(index)
        self._read = Memory[str, Question](_MOST_QUESTIONS, _MOST_BYTES, _measure_question)
        self._ranked = Memory[_Ranked, Candidates](_MOST_RANKED, _MOST_BYTES, _measure_candidates)

    def read(self, text: str) -> tuple[Question, bool]:
        """A question made ready, and whether it was encoded for somebody else."""
        return self._read.recall(text, lambda: self.read_anew(text))

    def ask(self, query: Query) -> tuple[Question, bool]:
        """A query's question, steered where the query says so; whether it was encoded before."""
        if not query.steered:
            return self.read(query.text)
        started = time.perf_counter()
        like, unlike = (
            [self._judge(name, value) for value in values]
            for name, values in (("like", query.like), ("unlike", query.unlike))
        )
        own = self.read(query.text)[0] if query.text.strip() else None
        vector = steer(own.vector if own else None, like, unlike)
        # Without a text of its own it is looked for by the words of what is liked.
        said = "\n".join(one.text for one in like)[:LONGEST_QUERY]
        words = own.words if own else self._vocabulary.read(said)
        judged = {one.number for one in (*like, *unlike) if one.number is not None}
        took = time.perf_counter() - started
        return Question(query.text, vector, words, took, tuple(sorted(judged))), False

    def _judge(self, name: str, value: str) -> Judged:
        """A passage by its id, else a text. Raises InvalidInput for an id of no passage."""
        stored = self._index.find(value) if may_be_id(value) else None
        if stored is not None:
            vector = self._index.passage_vector(stored.number)
            return Judged(stored.passage.text, vector, stored.number)
        if is_lost_id(value):
            raise InvalidInput(
                f"{name} is {value}, and no passage of build {self._manifest.build} has that id",
                "take it away, or search again: the passage may have changed since",
                name,
            )
        return Judged(value, self.read(value)[0].vector)

    def read_anew(self, text: str) -> Question:
        """A question that the encoder is asked for, remembered or not."""
        started = time.perf_counter()
        vector = self._together.encode(text)
        encoding = time.perf_counter() - started
        return Question(text, vector, self._vocabulary.read(text), encoding)

    def find_candidates(self, query: Query, question: Question) -> Candidates:
        """The candidates, best first; what they stand out of is found without filter or words."""

        def rank(wanted: Filter, wording: Wording) -> Candidates:
            key = _Ranked(query.text, query.mode, wanted, wording, query.like, query.unlike)
            return self._ranked.recall(key, lambda: self._rank(question, key))[0]

        everything = rank(NO_FILTER, NO_WORDING)
        narrowed = query.filter or query.wording
        found = rank(query.filter, query.wording) if narrowed else everything
        model = self._manifest.ranking["confidence"][query.mode]
        return find_candidates(everything, found, model, self._index.passage_count)

    def _rank(self, question: Question, key: _Ranked) -> Candidates:
        def find(depth: int) -> list[Nearest]:
            own = (question.vector, question.words)
            return gather(self._index, key.mode, key.filter, *own, depth)

        if key.wording:
            held = self._holders.find(key.wording, key.filter, CANDIDATE_DEPTH, find)
            numbers, complete = held.numbers, held.complete
        else:
            numbers = np.unique(np.concatenate([one.numbers for one in find(CANDIDATE_DEPTH)]))
            complete = True
        if question.judged:
            numbers = np.setdiff1d(numbers, question.judged)
        ranking, vector, words = self._manifest.ranking, question.vector, question.words
        found = rank_candidates(self._index, ranking, key.mode, vector, words, numbers)
        return replace(found, complete=complete)


def _measure_question(text: str, question: Question) -> int:
    terms = len(question.words.weights) + question.words.count
    return 2 * sys.getsizeof(text) + question.vector.nbytes + _TERM_BYTES * terms


def _measure_candidates(key: _Ranked, found: Candidates) -> int:
    signals = [getattr(found.signals, one.name) for one in fields(found.signals)]
    arrays = (found.numbers, found.scores, found.share, found.reranked, *signals)
    wording = (*key.wording.phrases, *key.wording.excluded)
    texts = (key.text, key.filter.source, *wording, *key.like, *key.unlike)
    return sum(map(sys.getsizeof, texts)) + sum(int(array.nbytes) for array in arrays)
