"""Query -> hits, over one immutable build.

Candidates are the union of the nearest passage vectors, the nearest sentence vectors and the best
BM25 passages, to a depth that depends on neither k nor offset; each then gets the exact value of
every signal.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from embeddings.encoders import Encoder
from embeddings.errors import NotFound
from embeddings.index import Index
from embeddings.languages import find_unknown_language
from embeddings.manifest import Manifest
from embeddings.records import (
    DocumentSummary,
    Numbers,
    Signals,
    Span,
    StoredDocument,
    StoredPassage,
    Vectors,
)
from service.confidence import estimate_confidence
from service.fusion import fuse, share_of_ideal
from service.highlights import find_highlights
from service.query import LONGEST_QUERY, MOST_HITS, Query
from service.quoting import unfold
from service.words import Vocabulary, Wanted

CANDIDATE_DEPTH = 200
_FEWEST_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its rank (from 1), score, confidence and the exact signals behind them."""

    rank: int
    score: float
    confidence: float
    answer: bool
    stored: StoredPassage
    highlights: list[Span]
    signals: dict[str, float]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the asker should know of an answer; `code` is for programs."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query; `total` counts the candidates left after all filters."""

    query: Query
    build: str
    answered: bool
    total: int
    hits: list[Hit]
    took_ms: dict[str, float]
    terms: frozenset[str]
    notices: list[Notice]


@dataclass(frozen=True, slots=True)
class _Scored:
    """Candidates, best first, with everything known of them."""

    numbers: Numbers
    scores: Vectors
    confidence: Vectors
    share: Vectors
    signals: Signals

    def take(self, order: Numbers) -> "_Scored":
        signals = Signals(
            self.signals.passage[order],
            self.signals.sentence[order],
            self.signals.sentence_at[order],
            self.signals.lexical[order],
        )
        return _Scored(
            self.numbers[order],
            self.scores[order],
            self.confidence[order],
            self.share[order],
            signals,
        )


class Searcher:
    """Answers queries over one build. Safe to use from several threads."""

    def __init__(self, manifest: Manifest, index: Index, encoder: Encoder) -> None:
        self.manifest = manifest
        self._index = index
        self._encoder = encoder
        self._ranking = manifest.ranking
        self._vocabulary = Vocabulary(index)

    def search(self, query: Query) -> Results:
        """The passages nearest to the query, and whether they answer it."""
        started = time.perf_counter()
        vector = self._encoder.encode_queries([query.text])[0]
        encoded = time.perf_counter()
        wanted = self._vocabulary.read(query.text)
        scored = self._score(query, vector, wanted)
        if query.min_confidence > 0:
            scored = scored.take(np.flatnonzero(scored.confidence >= query.min_confidence))
        hits = self._make_hits(scored, query)
        finished = time.perf_counter()
        return Results(
            query=query,
            build=self.manifest.build,
            answered=len(scored.numbers) > 0
            and self._answers(float(scored.confidence[0]), query.mode),
            total=len(scored.numbers),
            hits=hits,
            took_ms={
                "encode": round(1000 * (encoded - started), 2),
                "search": round(1000 * (finished - encoded), 2),
                "total": round(1000 * (finished - started), 2),
            },
            terms=frozenset(wanted.weights),
            notices=[*self._notice_language(query.text), *_notice_spelling(wanted)],
        )

    def rank(self, query: Query) -> list[tuple[StoredPassage, float]]:
        """Every candidate with its score, best first, whatever k and offset are."""
        vector = self._encoder.encode_queries([query.text])[0]
        scored = self._score(query, vector, self._vocabulary.read(query.text))
        stored = self._index.read([int(number) for number in scored.numbers])
        return list(zip(stored, map(float, scored.scores), strict=True))

    def similar(self, passage_id: str, k: int) -> Results:
        """The passages nearest to a passage, itself left out. Raises NotFound."""
        stored = self.passage(passage_id)
        own = Query(stored.passage.text[:LONGEST_QUERY], k=min(k + 1, MOST_HITS))
        found = self.search(own)
        others = [hit for hit in found.hits if hit.stored.number != stored.number][:k]
        hits = [replace(hit, rank=rank) for rank, hit in enumerate(others, start=1)]
        answered = any(hit.answer for hit in hits)
        return replace(found, answered=answered, total=max(0, found.total - 1), hits=hits)

    def passage(self, passage_id: str) -> StoredPassage:
        """A passage by its id; for a folded one, that which stands for it. Raises NotFound."""
        stored = self._index.find(passage_id)
        if stored is None:
            raise NotFound(
                f"no passage {passage_id!r} in build {self.manifest.build}",
                "search again: the passage may have changed since",
            )
        return stored

    def citable(self, passage_id: str) -> StoredPassage:
        """A passage where it stands itself, a folded one in its own document. Raises NotFound."""
        stored = self.passage(passage_id)
        place = next((one for one in stored.also_in if one.passage_id == passage_id), None)
        return stored if place is None else unfold(stored, place, self.document(place.document_id))

    def documents(self, offset: int, limit: int) -> tuple[int, list[DocumentSummary]]:
        """How many documents there are, and a page of them by source."""
        return self._index.documents(offset, limit)

    def document(self, document_id: str) -> StoredDocument:
        """A whole document. Raises NotFound."""
        document = self._index.document(document_id)
        if document is None:
            raise NotFound(
                f"no document {document_id!r} in build {self.manifest.build}",
                "search again: the document may have been removed since",
            )
        return document

    def close(self) -> None:
        self._index.close()

    def _score(self, query: Query, vector: Vectors, wanted: Wanted) -> _Scored:
        numbers = self._find_candidates(query, vector, wanted.weights)
        signals = self._index.signals(numbers, vector, wanted.weights)
        share = share_of_ideal(signals.lexical, wanted.ideal)
        # Rounded, so that equal passages tie and do not go by the last bit of a sum.
        scores = np.round(fuse(signals, share, self._ranking["weights"], query.mode), 6)
        curve = self._ranking["confidence"][query.mode]
        scored = _Scored(numbers, scores, estimate_confidence(scores, curve), share, signals)
        return scored.take(np.lexsort((numbers, -scores)))

    def _find_candidates(
        self, query: Query, vector: Vectors, weights: Mapping[str, float]
    ) -> Numbers:
        found: list[Numbers] = []
        if query.mode != "lexical":
            nearest = self._index.dense(vector, CANDIDATE_DEPTH, query.filter)
            found += [one.numbers for one in nearest]
        if query.mode != "dense":
            found.append(self._index.lexical(weights, CANDIDATE_DEPTH, query.filter).numbers)
        return np.unique(np.concatenate(found))

    def _answers(self, confidence: float, mode: str) -> bool:
        return confidence >= float(self._ranking["confidence"][mode]["threshold"])

    def _make_hits(self, scored: _Scored, query: Query) -> list[Hit]:
        place = range(len(scored.numbers))[query.offset : query.offset + query.k]
        stored = self._index.read([int(scored.numbers[i]) for i in place])
        return [
            Hit(
                rank=i + 1,
                score=round(float(scored.scores[i]), 6),
                confidence=round(float(scored.confidence[i]), 4),
                answer=self._answers(float(scored.confidence[i]), query.mode),
                stored=one,
                highlights=find_highlights(one.passage, int(scored.signals.sentence_at[i])),
                signals={
                    "passage": round(float(scored.signals.passage[i]), 6),
                    "sentence": round(float(scored.signals.sentence[i]), 6),
                    "lexical": round(float(scored.share[i]), 6),
                },
            )
            for i, one in zip(place, stored, strict=True)
        ]

    def _notice_language(self, text: str) -> list[Notice]:
        if sum(character.isalpha() for character in text) < _FEWEST_LETTERS:
            return []
        language = find_unknown_language(text, self.manifest.languages)
        if language is None:
            return []
        name = self.manifest.encoder["name"]
        return [
            Notice(
                "unknown_language",
                f"The question seems to be in a language ({language}) that the encoder {name} does "
                "not know: passages are found by shared words and names alone.",
            )
        ]


def _notice_spelling(wanted: Wanted) -> list[Notice]:
    return [
        Notice("spelling", f"No passage holds “{word}”; “{near}” was searched too.")
        for word, near in wanted.spelling
    ]
