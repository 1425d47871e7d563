"""The shapes of documents in the HTTP answers, as OpenAPI shows them."""

from pydantic import BaseModel

from embeddings.records import DocumentSummary, Mark, Passage, StoredDocument
from service.api.schemas import SpanOut


class MarkOut(BaseModel):
    """Text that was set aside, and why."""

    start: int
    end: int
    text: str
    reason: str

    @classmethod
    def of(cls, mark: Mark, text: str) -> "MarkOut":
        return cls(
            start=mark.start, end=mark.end, text=text[mark.start : mark.end], reason=mark.reason
        )


class DocumentOut(BaseModel):
    """A document in a list."""

    document_id: str
    source: str
    title: str
    language: str | None
    date: str | None
    characters: int
    passages: int

    @classmethod
    def of(cls, summary: DocumentSummary) -> "DocumentOut":
        return cls(
            document_id=summary.id,
            source=summary.source,
            title=summary.title,
            language=summary.language,
            date=summary.date,
            characters=summary.characters,
            passages=summary.passages,
        )


class DocumentsResponse(BaseModel):
    """A page of the documents, by source."""

    build: str
    total: int
    offset: int
    documents: list[DocumentOut]


class KeptOut(BaseModel):
    """A passage of a document."""

    passage_id: str
    start: int
    end: int
    text: str
    heading: str | None
    comment: bool

    @classmethod
    def of(cls, passage: Passage) -> "KeptOut":
        return cls(
            passage_id=passage.id,
            start=passage.start,
            end=passage.end,
            text=passage.text,
            heading=passage.heading,
            comment=passage.comment,
        )


class FoldedOut(KeptOut):
    """A repeat, and the id of the passage that stands for it."""

    into: str


class DocumentResponse(BaseModel):
    """A whole document: every character is in a passage, a fold, a heading, a mark, or is space.

    `sha256` is that of the source file, `text_sha256` that of `text` in UTF-8. `extractor` names
    the library and version whose text this is, null where it is the decoded file itself. `notices`
    say how reading departed from the plain case.
    """

    build: str
    document_id: str
    source: str
    title: str
    language: str | None
    date: str | None
    sha256: str
    encoding: str | None
    text: str
    passages: list[KeptOut]
    folded: list[FoldedOut]
    headings: list[SpanOut]
    marked: list[MarkOut]
    author: str | None
    url: str | None
    extractor: str | None
    text_sha256: str
    notices: list[str]

    @classmethod
    def of(cls, document: StoredDocument, build: str) -> "DocumentResponse":
        summary = document.summary
        return cls(
            build=build,
            document_id=summary.id,
            source=summary.source,
            title=summary.title,
            language=summary.language,
            date=summary.date,
            sha256=document.sha256,
            encoding=document.encoding,
            text=document.text,
            passages=[KeptOut.of(passage) for passage in document.passages],
            folded=[
                FoldedOut(**KeptOut.of(fold.passage).model_dump(), into=fold.into)
                for fold in document.folds
            ],
            headings=[SpanOut.of(span) for span in document.headings],
            marked=[MarkOut.of(mark, document.text) for mark in document.marks],
            author=document.author,
            url=document.url,
            extractor=document.extractor,
            text_sha256=document.text_sha256,
            notices=list(document.notices),
        )
