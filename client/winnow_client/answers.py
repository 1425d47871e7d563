"""Passages, hits and the answers to questions, as the server's OpenAPI names their fields."""

from dataclasses import dataclass

from winnow_client.reading import Record


@dataclass(frozen=True, slots=True)
class Span(Record):
    """A half-open range of code points, which is how Python counts in a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place(Record):
    """Another place where the same passage stands."""

    passage_id: str
    document_id: str
    title: str
    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage(Record):
    """A passage with its place: `document.text[start:end] == text`.

    A `comment` is a reader's, below the article. `date` is as precise as it is known: 2016-05-13,
    2016-05 or 2016.
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
    also_in: tuple[Place, ...]
    author: str | None
    url: str | None
    comment: bool


@dataclass(frozen=True, slots=True)
class Signals(Record):
    """What the score is made of: three cosines, and the share of the query's words, 0 to 1.

    `reranker` is its value from 0 to 1; None where it did not read the passage, or none is in use.
    """

    passage: float
    context: float
    sentence: float
    lexical: float
    reranker: float | None


@dataclass(frozen=True, slots=True)
class Hit(Passage):
    """A passage as an answer.

    `score` orders; `confidence` is the chance that it answers, 0 to 1; `answer` says whether
    that is enough. `highlights` are places in `text`, and `marked` what stands there.
    """

    rank: int
    score: float
    confidence: float
    answer: bool
    highlights: tuple[Span, ...]
    signals: Signals

    @property
    def marked(self) -> tuple[str, ...]:
        """The sentences that answer best."""
        return tuple(self.text[span.start : span.end] for span in self.highlights)


@dataclass(frozen=True, slots=True)
class Took(Record):
    """Milliseconds."""

    encode: float
    search: float
    rerank: float
    total: float


@dataclass(frozen=True, slots=True)
class Notice(Record):
    """Something to know of this answer."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Count(Record):
    """How many answers a value of a filter leaves."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet(Record):
    """The values of one filter, commonest first, counted under all other filters."""

    answers: int
    values: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Understood(Record):
    """What a query was taken for: the question that is left of it, and what stands beside it."""

    question: str
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]
    source: str | None
    language: str | None
    after: str | None
    before: str | None
    like: tuple[str, ...]
    unlike: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer(Record):
    """An answer. When nothing answers, `answered` is false and the nearest hits still come.

    `answers` counts the hits that may answer, on all pages; `total` the candidates. `facets`, if
    asked for, are those of source, language and year. `understood` is None where the question was
    taken as it is, without examples.
    """

    query: str
    build: str
    answered: bool
    answers: int
    total: int
    background: float
    threshold: float
    took_ms: Took
    notices: tuple[Notice, ...]
    hits: tuple[Hit, ...]
    facets: dict[str, Facet] | None
    understood: Understood | None = None


@dataclass(frozen=True, slots=True)
class Batch(Record):
    """The answers to several questions, in their order."""

    results: tuple[Answer, ...]
