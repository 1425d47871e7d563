"""What each tool gives, as structured content; the schemas that an agent is shown.

All offsets count Unicode code points of the document's text, those of marked sentences too.
"""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field

from embeddings.records import DocumentSummary, StoredDocument, StoredPassage
from service.api.document_schemas import DocumentOut
from service.api.schemas import NoticeOut, PlaceOut
from service.quoting import cite, write_reference
from service.search import Hit, Results

_PLACE = "`document.text[start:end] == text`, in Unicode code points"


class Quoted(BaseModel):
    """Words of a document, and where they stand in it."""

    text: str = Field(description="Verbatim.")
    start: int
    end: int


class Found(Quoted):
    """A passage."""

    rank: int = Field(description="From 1, the best.")
    passage_id: str
    document_id: str
    title: str
    source: str = Field(description="Path of the document in the collection.")
    date: str | None = Field(description="Of the document, where it is known.")
    language: str | None
    page: int | None
    heading: str | None = Field(description="The heading that the passage stands under.")
    also_in: list[PlaceOut] = Field(description="Where the same words stand too.")
    citation: str = Field(description="Put it beside what you quote or claim from this passage.")


class Answer(Found):
    """A passage as an answer."""

    confidence: float = Field(description="The chance, 0 to 1, that it answers the question.")
    answer: bool = Field(description="False: it is merely near to the question.")
    highlights: list[Quoted] = Field(
        description=f"The sentences nearest to the question, inside the passage: {_PLACE}."
    )

    @classmethod
    def of(cls, hit: Hit, build: str) -> "Answer":
        passage = hit.stored.passage
        return cls(
            **_describe(hit, build),
            confidence=hit.confidence,
            answer=hit.answer,
            highlights=[
                Quoted(
                    text=passage.text[span.start : span.end],
                    start=passage.start + span.start,
                    end=passage.start + span.end,
                )
                for span in hit.highlights
            ],
        )


class Likeness(Found):
    """A passage that is like another one."""

    similarity: float = Field(description="Cosine of the two: 1 where they mean the same.")

    @classmethod
    def of(cls, hit: Hit, build: str) -> "Likeness":
        return cls(**_describe(hit, build), similarity=hit.signals["passage"])


def _describe(hit: Hit, build: str) -> dict[str, Any]:
    stored, passage = hit.stored, hit.stored.passage
    return {
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "rank": hit.rank,
        "passage_id": passage.id,
        "document_id": passage.document_id,
        "title": stored.title,
        "source": stored.source,
        "date": stored.date,
        "language": passage.language,
        "page": passage.page,
        "heading": passage.heading,
        "also_in": [PlaceOut.of(place) for place in stored.also_in],
        "citation": _refer(stored, build),
    }


def _refer(stored: StoredPassage, build: str) -> str:
    return write_reference(cite(stored, build, datetime.now(UTC).date()))


class SearchAnswer(BaseModel):
    """The passages that answer a question, best first."""

    answered: bool = Field(description="False: nothing here answers, `hits` are merely near.")
    build: str = Field(description="The index that answered.")
    hits: list[Answer]
    notices: list[NoticeOut] = Field(description="What to know of this answer.")

    @classmethod
    def of(cls, results: Results) -> "SearchAnswer":
        return cls(
            answered=results.answered,
            build=results.build,
            hits=[Answer.of(hit, results.build) for hit in results.hits],
            notices=[NoticeOut(code=n.code, message=n.message) for n in results.notices],
        )


class SimilarAnswer(BaseModel):
    """The passages nearest to a passage, best first."""

    build: str = Field(description="The index that answered.")
    hits: list[Likeness]

    @classmethod
    def of(cls, results: Results) -> "SimilarAnswer":
        hits = [Likeness.of(hit, results.build) for hit in results.hits]
        return cls(build=results.build, hits=hits)


class ReadAnswer(Quoted):
    """A part of a document, around a passage."""

    build: str = Field(description="The index that answered.")
    document_id: str
    title: str
    source: str = Field(description="Path of the document in the collection.")
    date: str | None = Field(description="Of the document, where it is known.")
    language: str | None
    author: str | None
    url: str | None
    characters: int = Field(description="Of the whole document.")
    passage: Quoted = Field(description=f"The passage asked for: {_PLACE}.")
    citation: str = Field(description="Of the passage.")

    @classmethod
    def of(
        cls, stored: StoredPassage, document: StoredDocument, around: int, build: str
    ) -> "ReadAnswer":
        """The passage with so many characters before and after it, as far as there are any."""
        passage = stored.passage
        start = max(0, passage.start - around)
        end = min(len(document.text), passage.end + around)
        return cls(
            text=document.text[start:end],
            start=start,
            end=end,
            build=build,
            document_id=document.summary.id,
            title=document.summary.title,
            source=document.summary.source,
            date=document.summary.date,
            language=document.summary.language,
            author=document.author,
            url=document.url,
            characters=len(document.text),
            passage=Quoted(text=passage.text, start=passage.start, end=passage.end),
            citation=_refer(stored, build),
        )


class SourcesAnswer(BaseModel):
    """A page of the documents, by source."""

    build: str = Field(description="The index that answered.")
    total: int = Field(description="How many documents there are.")
    offset: int
    documents: list[DocumentOut]
    next_offset: int | None = Field(description="The `offset` of the next page, if there is one.")

    @classmethod
    def of(
        cls, build: str, offset: int, total: int, summaries: list[DocumentSummary]
    ) -> "SourcesAnswer":
        reached = offset + len(summaries)
        return cls(
            build=build,
            total=total,
            offset=offset,
            documents=[DocumentOut.of(summary) for summary in summaries],
            next_offset=reached if summaries and reached < total else None,
        )
