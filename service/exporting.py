"""A list of hits as a file to keep: a table, or citations in the forms of `quoting.py`.

Pure functions. Every form has the hits in their order and names the build; all but CSL-JSON name
the question, and those with a line for people say how many of the passages may answer it.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from service.escaping import (
    close_directions,
    escape_cell,
    escape_comment,
    escape_markdown,
    join_line,
)
from service.quoting import (
    FORMS,
    Citation,
    cite,
    write_bibtex,
    write_csl_json,
    write_markdown,
    write_text,
)
from service.search import Hit, Results

COLUMNS = (
    *("rank", "answer", "confidence", "score", "title", "author", "source", "url", "date"),
    *("language", "heading", "comment", "page", "start", "end", "text", "marked", "also_in"),
    *("passage_id", "document_id", "question", "build"),
)
_LONGEST_NAME = 40


def name_file(question: str, ending: str) -> str:
    """A name that any file system and any header takes: `winnow-how-many-ships.csv`."""
    plain = unicodedata.normalize("NFKD", question).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME].rstrip("-")
    return f"winnow-{slug or 'search'}.{ending}"


def write_csv(results: Results, _: date) -> str:
    """RFC 4180 behind a byte order mark, by which spreadsheets know UTF-8."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for hit in results.hits:
        cells = _describe_hit(hit) | {"question": results.query.asked, "build": results.build}
        writer.writerow(_write_cell(cells[name]) for name in COLUMNS)
    return f"\ufeff{table.getvalue()}"


def _describe_hit(hit: Hit) -> dict[str, str | float | None]:
    stored, passage = hit.stored, hit.stored.passage
    return {
        "rank": hit.rank,
        "answer": hit.answer,
        "confidence": hit.confidence,
        "score": hit.score,
        "title": stored.title,
        # Whose a reader's comment is, is not known.
        "author": None if passage.comment else stored.author,
        "source": stored.source,
        "url": stored.url,
        "date": stored.date,
        "language": passage.language,
        "heading": passage.heading,
        "comment": passage.comment,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "marked": "\n".join(passage.text[span.start : span.end] for span in hit.highlights),
        "also_in": "\n".join(place.source for place in stored.also_in),
        "passage_id": passage.id,
        "document_id": passage.document_id,
    }


def _write_cell(value: str | float | None) -> str | float:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return escape_cell(value)
    return "" if value is None else value


def _cite_hits(results: Results, asked: date) -> list[Citation]:
    return [cite(hit.stored, results.build, asked) for hit in results.hits]


def _introduce(results: Results, asked: date, escape: Callable[[str], str]) -> str:
    """The line that a list begins with; of it, only the question can hold odd characters."""
    question = escape(close_directions(join_line(results.query.asked)))
    asks = f"Question: “{question}”" if question else "Passages like those that were liked"
    return f"{asks}. Winnow build {results.build}, {asked.isoformat()}. {_say_outcome(results)}"


def _say_outcome(results: Results) -> str:
    count = len(results.hits)
    if not results.answered:
        said = "Nothing here answers this"
        return f"{said}; the nearest passages follow." if count else f"{said}."
    if not count:
        return "There is nothing this far down the list."
    answers = sum(hit.answer for hit in results.hits)
    return f"Passages that may answer this: {answers} of the {count} that follow."


def _write_text(results: Results, asked: date) -> str:
    return _join(_introduce(results, asked, str), write_text(_cite_hits(results, asked)))


def _write_markdown(results: Results, asked: date) -> str:
    introduction = _introduce(results, asked, escape_markdown)
    return _join(introduction, write_markdown(_cite_hits(results, asked)))


def _write_bibtex(results: Results, asked: date) -> str:
    introduction = _introduce(results, asked, escape_comment)
    return _join(f"% {introduction}", write_bibtex(_cite_hits(results, asked)))


def _join(introduction: str, citations: str) -> str:
    return f"{introduction}\n\n{citations}".rstrip("\n") + "\n"


def _write_csl_json(results: Results, asked: date) -> str:
    return write_csl_json(_cite_hits(results, asked))


@dataclass(frozen=True, slots=True)
class ListForm:
    """A way to write a list: its media type, and how a file of it ends."""

    write: Callable[[Results, date], str]
    media_type: str
    ending: str


def _like(name: str, write: Callable[[Results, date], str]) -> ListForm:
    return ListForm(write, FORMS[name].media_type, FORMS[name].ending)


LISTS = {
    "csv": ListForm(write_csv, "text/csv", "csv"),
    "markdown": _like("markdown", _write_markdown),
    "bibtex": _like("bibtex", _write_bibtex),
    "text": _like("text", _write_text),
    "csl-json": _like("csl-json", _write_csl_json),
}
