"""Query -> hits, over one immutable build."""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from embeddings.encoders import Encoder
from embeddings.errors import NotFound
from embeddings.index import Index
from embeddings.index.filtering import Standing
from embeddings.manifest import Manifest
from embeddings.projection import choose_evenly
from embeddings.records import (
    DocumentSummary,
    Filter,
    Span,
    StoredDocument,
    StoredPassage,
)
from service.candidates import Candidates, order_by_date
from service.confidence import find_threshold
from service.facets import Facets, count_facets
from service.highlights import MARGINS, find_highlights, list_held
from service.notices import Notice, list_notices, notice_budget
from service.query import LONGEST_QUERY, MODES, MOST_HITS, Query
from service.questions import Question, Questions
from service.quoting import unfold
from service.reranking import DEPTH, Reranking, add_values


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
    reranker: float | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query; `total` counts the candidates left after all filters, `answers` those
    of them that may answer, exactly up to `facets.COUNTED`.

    `background` is what passages score that are merely on the topic, `threshold` the least score of
    an answer. `remembered` says that the question was encoded for an earlier one like it.
    """

    query: Query
    build: str
    answered: bool
    answers: int
    total: int
    hits: list[Hit]
    took_ms: dict[str, float]
    terms: frozenset[str]
    notices: list[Notice]
    background: float
    threshold: float
    facets: Facets | None = None
    remembered: bool = False


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A passage and its place on the map, 0 to 1 from the left and from the top."""

    stored: StoredPassage
    x: float
    y: float


class Searcher:
    """Answers queries over one build. Safe to use from several threads."""

    def __init__(
        self,
        manifest: Manifest,
        index: Index,
        encoder: Encoder,
        reranking: Reranking | None = None,
    ) -> None:
        self.manifest = manifest
        self.reranking = reranking
        self._index = index
        self._encoder = encoder
        self._questions = Questions(manifest, index, encoder)
        self.runtime = encoder.runtime
        self._tell: Callable[[Results], None] = lambda _: None

    @property
    def confidence_status(self) -> str:
        """Whether the confidence was fitted on the scores that are given here."""
        return self.manifest.ranking["status"] if self.reranking is None else "uncalibrated"

    @property
    def thresholds(self) -> dict[str, float]:
        """The least score of an answer, by mode."""
        models = self.manifest.ranking["confidence"]
        return {m: find_threshold(models[m], self._index.passage_count) for m in MODES}

    def search(self, query: Query) -> Results:
        """The passages nearest to the query, and whether they answer it."""
        results = self._answer(query, self.reranking)
        self._tell(results)
        return results

    def probe(self, text: str) -> None:
        """Ask a question of encoder and index as if it had never been asked."""
        Searcher(self.manifest, self._index, self._encoder, self.reranking).search(Query(text, k=1))

    def telling(self, tell: Callable[[Results], None]) -> "Searcher":
        """The same build, asked by one who wants to know of each search what came of it."""
        other = copy.copy(self)
        other._tell = tell
        return other

    def _answer(self, query: Query, reranking: Reranking | None) -> Results:
        started = time.perf_counter()
        question, remembered = self._questions.ask(query)
        encoding = time.perf_counter() - started if remembered else question.encoding
        words = question.words
        found = self._questions.find_candidates(query, question)
        before = time.perf_counter()
        found, short = self._rerank(query, found, reranking)
        reranked = time.perf_counter() - before
        found = found.drop_below(query.min_confidence)
        if query.sort == "date":
            dates = [places[0].date for places in self._find_standings(found)]
            found = found.take(order_by_date(found.answers, dates))
        hits = self._make_hits(found, query, question)
        facets = self._count_facets(query, question, found) if query.facets else None
        finished = time.perf_counter()
        return Results(
            query=query,
            build=self.manifest.build,
            answered=bool(found.answers[:1].any()),
            answers=int(found.answers.sum()),
            total=len(found.numbers),
            hits=hits,
            took_ms={
                "encode": round(1000 * encoding, 2),
                "search": round(1000 * (finished - started - encoding - reranked), 2),
                "rerank": round(1000 * reranked, 2),
                "total": round(1000 * (finished - started), 2),
            },
            terms=frozenset(words.weights),
            notices=[*list_notices(query, self.manifest, words, found.complete), *short],
            background=round(found.background, 6),
            threshold=found.threshold,
            facets=facets,
            remembered=remembered,
        )

    def rank(self, query: Query) -> list[tuple[StoredPassage, float]]:
        """Every candidate with its score, best first, whatever k and offset are."""
        question, _ = self._questions.ask(query)
        found = self._questions.find_candidates(query, question)
        found, _ = self._rerank(query, found, self.reranking)
        stored = self._index.read(found.numbers.tolist())
        return list(zip(stored, map(float, found.scores), strict=True))

    def weigh(self, weights: dict[str, float]) -> "Searcher":
        """The same build with other weights of its signals, and without the reranker."""
        ranking = {**self.manifest.ranking, "weights": weights}
        return Searcher(replace(self.manifest, ranking=ranking), self._index, self._encoder)

    def similar(self, passage_id: str, k: int) -> Results:
        """The passages nearest to a passage, itself left out. Raises NotFound."""
        stored = self.passage(passage_id)
        query = Query(stored.passage.text[:LONGEST_QUERY], k=min(k + 1, MOST_HITS))
        found = self._answer(query, None)
        others = [hit for hit in found.hits if hit.stored.number != stored.number][:k]
        hits = [replace(hit, rank=rank) for rank, hit in enumerate(others, start=1)]
        own = [hit for hit in found.hits if hit.stored.number == stored.number]
        return replace(
            found,
            answered=any(hit.answer for hit in hits),
            answers=found.answers - sum(hit.answer for hit in own),
            total=max(0, found.total - 1),
            hits=hits,
        )

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

    def holds(self, passage_id: str = "", document_id: str = "") -> bool:
        """Whether the passage, or else the document, that is named is there."""
        if passage_id:
            return self._index.find(passage_id) is not None
        return self._index.document(document_id) is not None

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

    def map_points(self, most: int, also: Sequence[int] = ()) -> list[MapPoint]:
        """Up to `most` passages chosen evenly, and those of the numbers given, on the map."""
        evenly = choose_evenly(self._index.passage_count, most)
        numbers = np.union1d(evenly, np.array(also, dtype=np.int64))
        places = self._index.positions(numbers)
        stored = self._index.read(numbers.tolist())
        return [MapPoint(s, float(x), float(y)) for s, (x, y) in zip(stored, places, strict=True)]

    def close(self) -> None:
        self._index.close()

    def _rerank(
        self, query: Query, found: Candidates, reranking: Reranking | None
    ) -> tuple[Candidates, list[Notice]]:
        """The candidates as the reranker orders them, whatever k and offset are."""
        if reranking is None or not query.text.strip():
            return found, []
        stored = self._index.read(found.numbers[:DEPTH].tolist())
        values = reranking.read(query.text, [one.passage.text for one in stored])
        reranked = found.reranked.copy()
        reranked[: len(values)] = values
        judged = replace(found, scores=add_values(found.scores, values), reranked=reranked)
        return judged.sort(), notice_budget(values, reranking.milliseconds)

    def _find_standings(self, found: Candidates) -> list[tuple[Standing, ...]]:
        return self._index.standings(found.numbers[found.answers].tolist())

    def _count_facets(self, query: Query, question: Question, listed: Candidates) -> Facets:
        """Counts over the list itself, and over those that one filter less would give."""

        def find(loose: Filter) -> list[tuple[Standing, ...]]:
            if loose == query.filter:
                return self._find_standings(listed)
            found = self._questions.find_candidates(replace(query, filter=loose), question)
            found, _ = self._rerank(query, found, self.reranking)
            return self._find_standings(found.drop_below(query.min_confidence))

        return count_facets(query.filter, find)

    def _make_hits(self, found: Candidates, query: Query, question: Question) -> list[Hit]:
        place = range(len(found.numbers))[query.offset : query.offset + query.k]
        numbers = found.numbers[place.start : place.stop]
        stored = self._index.read(numbers.tolist())
        cosines = self._index.sentence_cosines(numbers, question.vector)
        margin = MARGINS[self.manifest.encoder["pooled"]]
        terms, information = list(question.words.weights), question.words.information
        held = list_held(self._index.occurrences(numbers, terms), len(numbers))
        return [
            Hit(
                rank=i + 1,
                score=round(float(found.scores[i]), 6),
                confidence=round(float(found.confidence[i]), 4),
                answer=bool(found.answers[i]),
                stored=one,
                highlights=find_highlights(one.passage, own, words, information, margin),
                signals={
                    "passage": round(float(found.signals.passage[i]), 6),
                    "context": round(float(found.signals.context[i]), 6),
                    "sentence": round(float(found.signals.sentence[i]), 6),
                    "lexical": round(float(found.share[i]), 6),
                },
                reranker=None
                if np.isnan(found.reranked[i])
                else round(float(found.reranked[i]), 6),
            )
            for i, one, own, words in zip(place, stored, cosines, held, strict=True)
        ]
