"""A passage in every form that it can be cited in, and each sentence marked in it likewise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from embeddings.records import Span, StoredPassage
from service.quoting import FORMS, cite

SPANS = r"^\d{1,7}-\d{1,7}(,\d{1,7}-\d{1,7}){0,3}$"
_LABELS = {"text": "Text", "markdown": "Markdown", "bibtex": "BibTeX", "csl-json": "CSL-JSON"}


@dataclass(frozen=True, slots=True)
class WrittenForm:
    """One form of a citation, written out."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """What is quoted, the whole passage where `span` is None, in all forms."""

    label: str
    span: Span | None
    forms: list[WrittenForm]


def view_quotations(
    stored: StoredPassage, spans: str, build: str, asked: date
) -> Iterator[Quotation]:
    """The sentences first, then the whole. Raises InvalidInput where a span lies outside."""
    whole = Span(0, len(stored.passage.text))
    marked = [span for span in _read_spans(spans) if span != whole]
    for number, span in enumerate(marked, start=1):
        which = "" if len(marked) == 1 else f" {number}"
        yield _write(f"The marked sentence{which}", span, stored, build, asked)
    yield _write("The passage", None, stored, build, asked)


def _read_spans(spans: str) -> Iterator[Span]:
    for one in filter(None, spans.split(",")):
        start, end = one.split("-")
        yield Span(int(start), int(end))


def _write(
    label: str, span: Span | None, stored: StoredPassage, build: str, asked: date
) -> Quotation:
    start, end = (span.start, span.end) if span else (None, None)
    citation = cite(stored, build, asked, start, end)
    forms = [
        WrittenForm(name, label, FORMS[name].write([citation])) for name, label in _LABELS.items()
    ]
    return Quotation(label, span, forms)
