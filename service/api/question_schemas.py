"""The shapes of what asks: a question with how it is to be answered, alone or among others."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from embeddings.records import Filter
from service.query import DATE, DEEPEST, LANGUAGE, LONGEST_QUERY, MOST_HITS, MOST_LIKED, Query
from service.typed import read_typed

Mode = Literal["hybrid", "dense", "lexical"]
Sort = Literal["score", "date"]
Syntax = Literal["plain", "operators"]

BUILD = "Answer from this build, the live one or one that was up to a minute ago; else 410."


def _field(pattern: str, description: str) -> Any:
    """A field that Query checks, with a message of its own."""
    return Field(
        None, max_length=100, description=description, json_schema_extra={"pattern": pattern}
    )


def _steering(description: str) -> Any:
    return Field(default_factory=list, max_length=MOST_LIKED, description=description)


class SearchRequest(BaseModel):
    """A question. `source` is a path in the corpus, a folder, or a glob; dates are inclusive."""

    model_config = ConfigDict(extra="forbid")

    # The lengths are checked by Query, which has better words for it.
    q: str = Field(
        "",
        description=f"The question, 1 to {LONGEST_QUERY} characters; may be missing beside `like`.",
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
        description="Take `q` as it is, or read its operators: "
        '`"a phrase"`, `+word`, `-word`, `source:`, `lang:`, `after:`, `before:`.',
    )
    like: list[str] = _steering("Ids of passages, or texts, that the list leans to.")
    unlike: list[str] = _steering("The same, that it leans away from.")

    def to_query(self) -> Query:
        """The searcher's own record. Raises InvalidInput."""
        wanted = Filter(self.source, self.language, self.after, self.before)
        how: dict[str, Any] = {
            "k": self.k,
            "offset": self.offset,
            "mode": self.mode,
            "min_confidence": self.min_confidence,
            "sort": self.sort,
            "facets": self.facets,
            "like": tuple(self.like),
            "unlike": tuple(self.unlike),
        }
        if self.syntax == "operators":
            return read_typed(self.q, wanted, **how)
        return Query(self.q, filter=wanted, **how)


class SearchParameters(SearchRequest):
    """A question as an address has it, where `build` stands beside it."""

    build: str | None = Field(None, max_length=64, description=BUILD)


class BatchRequest(BaseModel):
    """Several questions at once."""

    model_config = ConfigDict(extra="forbid")

    queries: list[SearchRequest] = Field(min_length=1, max_length=50)
