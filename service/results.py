"""What comes of a query: the hits, and what is known of them together."""

from dataclasses import dataclass

from embeddings.records import Span, StoredPassage
from service.facets import Facets
from service.notices import Notice
from service.query import Query


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
