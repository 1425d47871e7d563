"""The shapes of questions as OpenAPI shows them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from embeddings.records import Filter
from service.operators import read_operators
from service.query import (
    DATE,
    DEEPEST,
    LANGUAGE,
    LONGEST_QUERY,
    MOST_EXAMPLES,
    MOST_HITS,
    Query,
)

Mode = Literal["hybrid", "dense", "lexical"]
Sort = Literal["score", "date"]
Syntax = Literal["plain", "operators"]

BUILD = "Answer from this build, the live one or one that was up to a minute ago; else 410."


def _field(pattern: str, description: str) -> Any:
    """A field that Query checks, with a message of its own."""
    return Field(
        None, max_length=100, description=description, json_schema_extra={"pattern": pattern}
    )


def _examples(description: str) -> Any:
    """A field of examples, whose texts Query checks."""
    return Field(
        default_factory=list, max_length=MOST_EXAMPLES, description=f"{description} Repeatable."
    )


class SearchRequest(BaseModel):
    """A question. `source` is a path in the corpus, a folder, or a glob; dates are inclusive."""

    model_config = ConfigDict(extra="forbid")

    # The lengths are checked by Query, which has better words for it.
    q: str = Field(
        "",
        description=f"The question, 1 to {LONGEST_QUERY} characters; only with `like` may it be "
        "missing.",
        json_schema_extra={"maxLength": LONGEST_QUERY},
    )
    k: int = Field(10, ge=1, le=MOST_HITS, description="How many hits to return.")
    offset: int = Field(0, ge=0, le=DEEPEST - 1, description="How many hits to pass over.")
    mode: Mode = Field("hybrid", description="Which signals order the hits.")
    min_confidence: float = Field(0.0, ge=0, le=1, description="Leave out less certain hits.")
    source: str | None = Field(None, max_length=1000, description="Path, folder or glob.")
    language: str | None = _field(LANGUAGE, "ISO 639 code.")
    after: str | None = _field(DATE, "Date of the document, or later.")
    before: str | None = _field(DATE, "Date of the document, or earlier.")
    sort: Sort = Field("score", description="Answers by score, or the newest first.")
    facets: bool = Field(False, description="Count the answers by source, language and year.")
    syntax: Syntax = Field(
        "plain",
        description="Whether `q` is the question as it is, or may hold operators: phrases in "
        "quotes, `+word`, `-word`, `source:`, `lang:`, `after:`, `before:`.",
    )
    like: list[str] = _examples("More like these: ids of passages, or texts.")
    unlike: list[str] = _examples("Less like these: ids of passages, or texts.")

    def to_query(self) -> Query:
        """The searcher's own record. Raises InvalidInput."""
        wanted = Filter(self.source, self.language, self.after, self.before)
        query = Query(
            self.q,
            self.k,
            self.offset,
            self.mode,
            self.min_confidence,
            wanted,
            self.sort,
            self.facets,
            like=tuple(dict.fromkeys(self.like)),
            unlike=tuple(dict.fromkeys(self.unlike)),
        )
        return read_operators(query) if self.syntax == "operators" else query


class SearchParameters(SearchRequest):
    """A question as an address has it, where `build` stands beside it."""

    build: str | None = Field(None, max_length=64, description=BUILD)


class BatchRequest(BaseModel):
    """Several questions at once."""

    model_config = ConfigDict(extra="forbid")

    queries: list[SearchRequest] = Field(min_length=1, max_length=50)
