"""The words that cross a border, each a frozen record.

Offsets count Unicode code points. `Span`s of a document refer to `Document.text`; the sentences of
a passage refer to `Passage.text`. Ids are `[A-Za-z0-9_-]+`, derived from path, text and occurrence,
so they are the same in every build of the same documents.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]


def make_id(*parts: str) -> str:
    """A stable id of 16 hexadecimal digits from the given parts."""
    return hash_text("\0".join(parts))[:16]


def hash_text(text: str) -> str:
    """sha256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Text set aside from the search, with the reason a person can read."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """One text with where it came from.

    `source` is the path inside the corpus, with `#<row>` behind it for one row of a table; `file`
    is the path alone. `sha256` is that of the source file's bytes; `notices` say how reading
    departed from the plain case (another encoding, replaced bytes). `language` is the one the
    document declares.

    What its markup says is not judged again: `blocks` are its paragraphs and list items (those that
    lie in none are found in the text), `headings` its headings, `verbatim` its tables and code,
    `marks` what is no text of it. With `cleaned`, no page furniture is left in it. `extractor` is
    the library, with its version, whose text this is; None where the text is the decoded file
    itself. `pages` are the places where its pages begin, `comments` where readers' comments do.
    """

    source: str
    text: str
    title: str | None = None
    sha256: str = ""
    date: str | None = None
    encoding: str | None = None
    notices: tuple[str, ...] = ()
    author: str | None = None
    url: str | None = None
    language: str | None = None
    blocks: tuple[Span, ...] = ()
    headings: tuple[Span, ...] = ()
    verbatim: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    cleaned: bool = False
    extractor: str | None = None
    pages: tuple[int, ...] = ()
    file: str = ""
    comments: int | None = None

    @property
    def id(self) -> str:
        return make_id("document", self.source)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph-sized span of a document: `document.text[start:end] == text`.

    A `comment` is a reader's, not the author's.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    heading: str | None = None
    language: str | None = None
    page: int | None = None
    comment: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A document taken apart: each character is in a passage, heading or mark, or is white space.

    `title` is the document's own, or the first heading found in it.
    """

    document: Document
    title: str
    language: str | None
    passages: tuple[Passage, ...]
    headings: tuple[Span, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """A repeat: `passage` says the same as passage `into`, which stands for it in the search."""

    passage: Passage
    into: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a folded passage stands."""

    passage_id: str
    document_id: str
    title: str
    source: str
    start: int
    end: int
    language: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the index gives it back, with its document's particulars."""

    number: int
    passage: Passage
    title: str
    source: str
    date: str | None
    also_in: tuple[Place, ...] = ()
    author: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """One line of a list of documents."""

    id: str
    source: str
    title: str
    language: str | None
    date: str | None
    characters: int
    passages: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A whole document as the index gives it back: enough to make its Cut again.

    `text_sha256` is that of `text`, which tells a change of the extractor from one of the file.
    """

    summary: DocumentSummary
    text: str
    sha256: str
    encoding: str | None
    passages: tuple[Passage, ...]
    folds: tuple[Fold, ...]
    headings: tuple[Span, ...]
    marks: tuple[Mark, ...]
    author: str | None = None
    url: str | None = None
    extractor: str | None = None
    text_sha256: str = ""
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which passages may be found. Dates are ISO; a document without a date fails a date filter.

    `source` is a path inside the corpus or a glob over such paths.
    """

    source: str | None = None
    language: str | None = None
    after: str | None = None
    before: str | None = None

    def __bool__(self) -> bool:
        return any((self.source, self.language, self.after, self.before))


@dataclass(frozen=True, slots=True)
class Nearest:
    """Passage numbers, best first, ties by number; `scores` are higher for better."""

    numbers: Numbers
    scores: Vectors


@dataclass(frozen=True, slots=True)
class Signals:
    """The exact value of every signal for n passages, aligned with the numbers asked for.

    `passage`, `context` and `sentence` are cosines: of the passage, of the nearer one of those
    before and after it in its document (its own where it stands alone), and of its sentence nearest
    to the query; `lexical` is the BM25 sum, not yet divided by its ideal.
    """

    passage: Vectors
    context: Vectors
    sentence: Vectors
    lexical: Vectors


@dataclass(frozen=True, slots=True)
class Postings:
    """BM25 weights: those of term i lie at `offsets[i]:offsets[i + 1]`, numbers ascending."""

    terms: Sequence[str]
    offsets: Numbers
    numbers: NDArray[np.int32]
    weights: Vectors


@dataclass(frozen=True, slots=True)
class WordOrder:
    """The terms of every sentence as they follow each other, those of titles and headings aside.

    A term is its place in `Postings.terms`; those of sentence row i are
    `slots[offsets[i]:offsets[i + 1]]`.
    """

    slots: NDArray[np.int32]
    offsets: Numbers


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where terms stand in passages: columns of one length, in the order of passages and places.

    `passage` is the position among the passages asked for, `sentence` the position inside the
    passage, `place` how many terms stand before it there, `term` the position among the terms.
    """

    passage: Numbers
    sentence: Numbers
    place: Numbers
    term: Numbers


@dataclass(frozen=True, slots=True)
class IndexContents:
    """Everything one build puts into an index.

    `passages` are in the order of their ids, and a passage's number is its place in that order, so
    order by number is order by id. `sentence_offsets` has n + 1 entries: the sentence vectors of
    passage i are rows `sentence_offsets[i]:sentence_offsets[i + 1]`.
    """

    cuts: Sequence[Cut]
    passages: Sequence[Passage]
    folds: Sequence[Fold]
    passage_vectors: Vectors
    sentence_vectors: Vectors
    sentence_offsets: Numbers
    positions: Vectors
    postings: Postings
    word_order: WordOrder


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a corpus, beside the documents: counted, never silent."""

    unreadable: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notices: list[tuple[str, str]] = field(default_factory=list)
