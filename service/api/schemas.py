"""The shapes of answers, errors and what is served, as OpenAPI shows them."""

from typing import Any

from pydantic import BaseModel

from embeddings.records import (
    Passage,
    Place,
    Span,
    StoredPassage,
)
from service.facets import Facet
from service.query import Query
from service.search import Hit, Results


class SpanOut(BaseModel):
    """A half-open range of code points."""

    start: int
    end: int

    @classmethod
    def of(cls, span: Span | Passage) -> "SpanOut":
        return cls(start=span.start, end=span.end)


class PlaceOut(BaseModel):
    """Another place where the same passage stands."""

    passage_id: str
    document_id: str
    title: str
    source: str
    start: int
    end: int

    @classmethod
    def of(cls, place: Place) -> "PlaceOut":
        return cls(**{name: getattr(place, name) for name in cls.model_fields})


class PassageOut(BaseModel):
    """A passage with its place: `document.text[start:end] == text`.

    A `comment` is a reader's, below the article.
    """

    passage_id: str
    document_id: str
    title: str
    source: str
    language: str | None
    date: str | None
    heading: str | None
    page: int | None
    text: str
    start: int
    end: int
    also_in: list[PlaceOut]
    author: str | None
    url: str | None
    comment: bool

    @classmethod
    def of(cls, stored: StoredPassage) -> "PassageOut":
        return cls(**_describe_passage(stored))


def _describe_passage(stored: StoredPassage) -> dict[str, Any]:
    passage = stored.passage
    return {
        "passage_id": passage.id,
        "document_id": passage.document_id,
        "title": stored.title,
        "source": stored.source,
        "language": passage.language,
        "date": stored.date,
        "heading": passage.heading,
        "page": passage.page,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "also_in": [PlaceOut.of(place) for place in stored.also_in],
        "author": stored.author,
        "url": stored.url,
        "comment": passage.comment,
    }


class SignalsOut(BaseModel):
    """Cosines of the passage, the nearer passage beside it and its best sentence; and `lexical`,
    the share of the query's information that it holds, 0 to 1.

    `reranker` is its value from 0 to 1; null where it did not read the passage, or none is in use.
    """

    passage: float
    context: float
    sentence: float
    lexical: float
    reranker: float | None


class HitOut(PassageOut):
    """A passage as an answer. `score` orders; `confidence` is the chance that it answers."""

    rank: int
    score: float
    confidence: float
    answer: bool
    highlights: list[SpanOut]
    signals: SignalsOut

    @classmethod
    def of_hit(cls, hit: Hit) -> "HitOut":
        return cls(
            **_describe_passage(hit.stored),
            rank=hit.rank,
            score=hit.score,
            confidence=hit.confidence,
            answer=hit.answer,
            highlights=[SpanOut.of(span) for span in hit.highlights],
            signals=SignalsOut(**hit.signals, reranker=hit.reranker),
        )


class TookOut(BaseModel):
    """Milliseconds."""

    encode: float
    search: float
    rerank: float
    total: float


class NoticeOut(BaseModel):
    """Something to know of this answer."""

    code: str
    message: str


class CountOut(BaseModel):
    """How many answers a value of a filter leaves."""

    value: str
    count: int


class FacetOut(BaseModel):
    """The values of one filter, commonest first, counted under all other filters.

    `answers` is how many there are without this filter.
    """

    answers: int
    values: list[CountOut]

    @classmethod
    def of(cls, facet: Facet) -> "FacetOut":
        values = [CountOut(value=value, count=count) for value, count in facet.values]
        return cls(answers=facet.answers, values=values)


class UnderstoodOut(BaseModel):
    """What was read out of the question, and what the list leans to.

    A hit holds all `phrases` and none that is `excluded`; the phrases are part of the `question`.
    """

    question: str
    phrases: list[str]
    excluded: list[str]
    source: str | None
    language: str | None
    after: str | None
    before: str | None
    like: list[str]
    unlike: list[str]

    @classmethod
    def of(cls, query: Query) -> "UnderstoodOut | None":
        if query.typed is None and not query.steered:
            return None
        wanted, wording = query.filter, query.wording
        return cls(
            question=query.text,
            phrases=list(wording.phrases),
            excluded=list(wording.excluded),
            source=wanted.source,
            language=wanted.language,
            after=wanted.after,
            before=wanted.before,
            like=list(query.like),
            unlike=list(query.unlike),
        )


class SearchResponse(BaseModel):
    """An answer. When nothing answers, `answered` is false and the nearest hits still come.

    `total` counts the candidates, `answers` those of them that may answer: all there are up to 100,
    while beyond that there may be more. `facets`, if asked for, are those of source, language and
    year.

    `background` is the mean score of the second to the tenth of all passages, which a hit stands
    out of; from the score `threshold` on a hit is an answer. `understood` is null unless operators
    were to be read, or `like` or `unlike` given.
    """

    query: str
    understood: UnderstoodOut | None
    build: str
    answered: bool
    answers: int
    total: int
    background: float
    threshold: float
    took_ms: TookOut
    notices: list[NoticeOut]
    hits: list[HitOut]
    facets: dict[str, FacetOut] | None

    @classmethod
    def of(cls, results: Results) -> "SearchResponse":
        return cls(
            query=results.query.asked,
            understood=UnderstoodOut.of(results.query),
            build=results.build,
            answered=results.answered,
            answers=results.answers,
            total=results.total,
            background=results.background,
            threshold=results.threshold,
            took_ms=TookOut(**results.took_ms),
            notices=[NoticeOut(code=n.code, message=n.message) for n in results.notices],
            hits=[HitOut.of_hit(hit) for hit in results.hits],
            facets=None
            if results.facets is None
            else {name: FacetOut.of(facet) for name, facet in results.facets.items()},
        )


class BatchResponse(BaseModel):
    """The answers, in the order of the questions."""

    results: list[SearchResponse]


class HealthResponse(BaseModel):
    """Alive, or ready with a build."""

    status: str
    build: str | None = None


class ErrorDetail(BaseModel):
    """What happened, where, and what to do next."""

    code: str
    message: str
    status: int
    hint: str
    fields: list[dict[str, str]] | None = None


class ErrorResponse(BaseModel):
    """The body of every error."""

    error: ErrorDetail
