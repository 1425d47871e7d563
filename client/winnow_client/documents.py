"""Documents, whole and in lists, as the server's OpenAPI names their fields."""

from dataclasses import dataclass

from winnow_client.answers import Span
from winnow_client.reading import Record


@dataclass(frozen=True, slots=True)
class DocumentSummary(Record):
    """A document in a list. `characters` and `passages` are counts."""

    document_id: str
    source: str
    title: str
    language: str | None
    date: str | None
    characters: int
    passages: int


@dataclass(frozen=True, slots=True)
class DocumentPage(Record):
    """A page of the documents, by source; `total` counts all of them."""

    build: str
    total: int
    offset: int
    documents: tuple[DocumentSummary, ...]


@dataclass(frozen=True, slots=True)
class Kept(Record):
    """A passage of a document."""

    passage_id: str
    start: int
    end: int
    text: str
    heading: str | None
    comment: bool


@dataclass(frozen=True, slots=True)
class Folded(Kept):
    """A repeat, and the id of the passage that stands for it."""

    into: str


@dataclass(frozen=True, slots=True)
class Mark(Record):
    """Text that was set aside, and why."""

    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Document(Record):
    """A whole document: every character is in a passage, a fold, a heading, a mark, or is space.

    `sha256` is that of the source file, `text_sha256` that of `text` in UTF-8. `extractor` names
    the library whose text this is, None where it is the decoded file itself.
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
    passages: tuple[Kept, ...]
    folded: tuple[Folded, ...]
    headings: tuple[Span, ...]
    marked: tuple[Mark, ...]
    author: str | None
    url: str | None
    extractor: str | None
    text_sha256: str
    notices: tuple[str, ...]
