"""A passage as it is cited: plain text, Markdown, BibTeX or CSL-JSON. Pure functions.

Every form names title, source, date, page and place in the text, the build that was asked and the
day it was asked on, so that the words can be found again, by people and by programs.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from embeddings.errors import InvalidInput
from embeddings.records import Place, Span, StoredDocument, StoredPassage
from service.escaping import (
    close_directions,
    embolden_line,
    escape_address,
    escape_bibtex,
    escape_markdown,
    join_words,
)


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage or a part of it. `start` and `end` count code points of the document's text.

    `marked` are spans of `text` that stand out, in Markdown alone.
    """

    key: str
    text: str
    start: int
    end: int
    stored: StoredPassage
    build: str
    asked: date
    marked: tuple[Span, ...] = ()

    @property
    def title(self) -> str:
        return join_words(self.stored.title)

    @property
    def authors(self) -> list[str]:
        """One string may name several, as trafilatura and DOCX do, with semicolons between.

        Whose a reader's comment is, is not known.
        """
        if self.stored.passage.comment:
            return []
        names = (join_words(name) for name in (self.stored.author or "").split(";"))
        return [name for name in names if name]

    @property
    def url(self) -> str | None:
        """The document's address on the web, safe to stand in any of the forms."""
        url = self.stored.url or ""
        return _UNSAFE.sub(lambda odd: quote(odd.group()), url) if is_web_address(url) else None

    @property
    def shown_title(self) -> str:
        """The title where something follows it on its line."""
        return close_directions(self.title)

    @property
    def shown_authors(self) -> str:
        return "; ".join(map(close_directions, self.authors))

    @property
    def shown_source(self) -> str:
        return close_directions(join_words(self.stored.source))

    @property
    def place(self) -> str:
        said = "a reader's comment, " if self.stored.passage.comment else ""
        page = self.stored.passage.page
        return f"{said}{'' if page is None else f'page {page}, '}characters {self.start}–{self.end}"

    @property
    def asking(self) -> str:
        return f"Winnow build {self.build}, {self.asked.isoformat()}"


_UNSAFE = re.compile(r"""[\s<>"{}|\\^`\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]""")


def is_web_address(url: str) -> bool:
    """Whether a document's address may become a link; `javascript:` and the like may not."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def unfold(stored: StoredPassage, place: Place, document: StoredDocument) -> StoredPassage:
    """The passage folded into this one, as it stands in its own document."""
    return StoredPassage(
        number=stored.number,
        passage=next(f.passage for f in document.folds if f.passage.id == place.passage_id),
        title=place.title,
        source=place.source,
        date=document.summary.date,
        author=document.author,
        url=document.url,
    )


def cite(
    stored: StoredPassage,
    build: str,
    asked: date,
    start: int | None = None,
    end: int | None = None,
) -> Citation:
    """The whole passage, or the span of it from `start` to `end`. Raises InvalidInput."""
    passage = stored.passage
    span = Span(start or 0, len(passage.text) if end is None else end)
    if not 0 <= span.start < span.end <= len(passage.text):
        raise InvalidInput(
            f"{span.start} to {span.end} is no span of a passage of {len(passage.text)} characters",
            "use a start from 0, and an end after it, within the passage",
            "start" if span.start >= len(passage.text) else "end",
        )
    key = f"winnow-{passage.id}"
    if (span.start, span.end) != (0, len(passage.text)):
        key += f"-{span.start}-{span.end}"
    return Citation(
        key=key,
        text=passage.text[span.start : span.end],
        start=passage.start + span.start,
        end=passage.start + span.end,
        stored=stored,
        build=build,
        asked=asked,
    )


def write_text(citations: Sequence[Citation]) -> str:
    """Each quotation, and the lines that say where it stands."""
    return "\n\n".join(map(_write_one_text, citations)) + "\n"


def _write_one_text(citation: Citation) -> str:
    lines = [
        # Verbatim, its directions left open too: the end of the line is the end of what they do.
        f"“{citation.text}”",
        f"— {_name_document(citation)}",
        f"  {citation.shown_source}, {citation.place}",
        *([f"  {citation.url}"] if citation.url else []),
        f"  {citation.asking}",
    ]
    return "\n".join(lines)


def write_reference(citation: Citation) -> str:
    """Where the words stand, in one line, without the words."""
    url = f" {citation.url}." if citation.url else ""
    return (
        f"{_name_document(citation)}. {citation.shown_source}, {citation.place}.{url} "
        f"{citation.asking}."
    )


def _name_document(citation: Citation) -> str:
    head = [citation.shown_authors, f"“{citation.shown_title}”", citation.stored.date or ""]
    return ", ".join(part for part in head if part)


def write_markdown(citations: Sequence[Citation]) -> str:
    """Each as a block quotation with a line below it, whatever characters are in them."""
    return "\n\n".join(map(_write_one_markdown, citations)) + "\n"


def _write_one_markdown(citation: Citation) -> str:
    quoted = _embolden_lines(citation.text, citation.marked)
    title = escape_markdown(citation.shown_title)
    if citation.url:
        title = f"[{title}](<{escape_address(citation.url)}>)"
    head = [escape_markdown(citation.shown_authors), title, citation.stored.date or ""]
    return "\n".join(
        (
            *(f"> {line}".rstrip() for line in quoted),
            "",
            f"— {', '.join(part for part in head if part)}. "
            f"{escape_markdown(citation.shown_source)}, {citation.place}. "
            f"{citation.asking}.",
        )
    )


def _embolden_lines(text: str, marked: Sequence[Span]) -> Iterator[str]:
    """The lines of a text, each without white space around it."""
    at, parts = 0, [*_LINE_END.split(text), ""]
    for whole, line_end in zip(parts[::2], parts[1::2], strict=True):
        line = whole.strip(" \t")
        start = at + whole.find(line)
        inside = (
            Span(max(one.start - start, 0), min(one.end - start, len(line))) for one in marked
        )
        yield embolden_line(line, [one for one in inside if one.start < one.end])
        at += len(whole) + len(line_end)


_LINE_END = re.compile(r"(\r\n?|\n)")


def write_bibtex(citations: Sequence[Citation]) -> str:
    """An entry each, of type `misc`, the one that every style and every manager knows."""
    return "\n".join(map(_write_one_bibtex, citations))


def _write_one_bibtex(citation: Citation) -> str:
    known = _read_date(citation.stored.date)
    fields = {
        # Braces within keep a title's case, and a name whole whatever words are in it.
        "title": f"{{{escape_bibtex(citation.title)}}}",
        "author": " and ".join(f"{{{escape_bibtex(name)}}}" for name in citation.authors),
        "year": known[:4],
        "date": known,
        "howpublished": escape_bibtex(citation.stored.source),
        "url": citation.url or "",
        "urldate": citation.asked.isoformat(),
        "note": escape_bibtex(f"{citation.place}; {citation.asking}"),
        "annote": escape_bibtex(citation.text),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@misc{{{citation.key},\n{''.join(lines)}}}\n"


def write_csl_json(citations: Sequence[Citation]) -> str:
    """A list of items after the CSL-JSON schema; programs find the exact place in `custom`."""
    items = [_describe_csl(citation) for citation in citations]
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


def _describe_csl(citation: Citation) -> dict[str, Any]:
    stored, passage = citation.stored, citation.stored.passage
    known = _read_date(stored.date)
    asked = citation.asked
    item: dict[str, Any] = {
        "id": citation.key,
        "type": "webpage" if citation.url else "document",
        "title": citation.title,
        "author": [{"literal": name} for name in citation.authors],
        "issued": {"date-parts": [list(map(int, known.split("-")))]} if known else None,
        "accessed": {"date-parts": [[asked.year, asked.month, asked.day]]},
        "URL": citation.url,
        "page": None if passage.page is None else str(passage.page),
        "language": passage.language,
        "archive_location": stored.source,
        "note": f"{citation.place}; {citation.asking}",
        "annote": citation.text,
        "custom": {
            "passage_id": passage.id,
            "document_id": passage.document_id,
            "source": stored.source,
            "start": citation.start,
            "end": citation.end,
            "build": citation.build,
        },
    }
    return {name: value for name, value in item.items() if value not in (None, [])}


_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


def _read_date(given: str | None) -> str:
    """Year, month and day as far as they are known, and can be."""
    match = _DATE.match(given or "")
    return match.group() if match else ""


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write citations: its media type, and how a file of it ends."""

    write: Callable[[Sequence[Citation]], str]
    media_type: str
    ending: str


FORMS = {
    "text": Form(write_text, "text/plain", "txt"),
    "markdown": Form(write_markdown, "text/markdown", "md"),
    "bibtex": Form(write_bibtex, "application/x-bibtex", "bib"),
    "csl-json": Form(write_csl_json, "application/vnd.citationstyles.csl+json", "json"),
}
