"""What each tool takes, checked as it comes in; the schemas that an agent is shown."""

from pydantic import BaseModel, ConfigDict, Field

from embeddings.records import Filter
from service.api.question_schemas import Mode
from service.query import LONGEST_QUERY, MOST_HITS, Query

WIDEST = 20_000
_AN_ID = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="`passage_id` of a hit.")


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SearchArguments(_Arguments):
    """A question. What a text may be is checked by Query, which has better words for it."""

    query: str = Field(
        description="The question in plain words, as a person would ask it, in any language that "
        f"the documents may be in; 1 to {LONGEST_QUERY} characters.",
        json_schema_extra={"minLength": 1, "maxLength": LONGEST_QUERY},
    )
    k: int = Field(5, ge=1, le=MOST_HITS, description="How many passages to return.")
    mode: Mode = Field(
        "hybrid",
        description="`hybrid` compares meaning and words; `lexical` words alone, for exact names "
        "and numbers; `dense` meaning alone.",
    )
    min_confidence: float = Field(0.0, ge=0, le=1, description="Leave out less certain passages.")
    source: str | None = Field(
        None,
        max_length=1000,
        description="Only these documents: a path as `sources` lists it, a folder, or a glob.",
    )
    language: str | None = Field(
        None, max_length=100, description="Only passages in this language: an ISO 639 code as `en`."
    )
    after: str | None = Field(
        None,
        max_length=100,
        description="Only documents of this date or later: 2017, 2017-10 or 2017-10-31. Those "
        "without a date are left out.",
    )
    before: str | None = Field(
        None, max_length=100, description="Only documents of this date or earlier, written so too."
    )

    def to_query(self) -> Query:
        """The searcher's own record. Raises InvalidInput."""
        wanted = Filter(self.source, self.language, self.after, self.before)
        return Query(
            self.query,
            k=self.k,
            mode=self.mode,
            min_confidence=self.min_confidence,
            filter=wanted,
        )


class ReadArguments(_Arguments):
    """A passage, and how much of its document around it."""

    passage_id: str = _AN_ID
    around: int = Field(
        1500,
        ge=0,
        le=WIDEST,
        description="How many characters before and after the passage come with it.",
    )


class SimilarArguments(_Arguments):
    """A passage whose like is looked for."""

    passage_id: str = _AN_ID
    k: int = Field(5, ge=1, le=MOST_HITS, description="How many passages to return.")


class SourcesArguments(_Arguments):
    """A page of the list of documents."""

    offset: int = Field(0, ge=0, le=10_000_000, description="How many documents to pass over.")
    limit: int = Field(50, ge=1, le=200, description="How many documents to return.")
