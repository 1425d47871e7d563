"""Markdown: the text is the decoded file itself; its marks say what are headings, items and tables.

Front matter, comments and rules are marked. Only the block structure is parsed: links and emphasis
stay as they are written, so that offsets hold in the file.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from embeddings.documents.decoding import decode
from embeddings.documents.fields import (
    ADDRESSES,
    AUTHORS,
    DATE_FORM,
    DATES,
    LANGUAGES,
    TITLES,
    find_first,
    is_bad_date,
    read_address,
    read_date,
    read_language,
    read_line,
)
from embeddings.errors import UnreadableDocument
from embeddings.records import Document, Mark, Span

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(
    r"---[ \t]*(?:\r\n?|\n)(?=[^\s:]+[ \t]*:)(.*?)(?:\r\n?|\n)(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)",
    re.DOTALL,
)
_KEY = re.compile(r"^([A-Za-z_-]+)[ \t]*:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_NO_TEXT = {"hr": "rule", "table_open": "rule", "html_block": "HTML comment"}
_VERBATIM = {"fence", "code_block", "tr_open"}
_PARTS = {"heading_open", "paragraph_open", *_NO_TEXT, *_VERBATIM}


def read_markdown(data: bytes, source: str, sha256: str) -> Iterator[Document | UnreadableDocument]:
    """Yield the file's one document."""
    decoded = decode(data, source)
    text = decoded.text
    if not text.strip():
        raise UnreadableDocument(source, "is empty", "take it out of the folder, or fill it")
    front = _FRONT_MATTER.match(text)
    fields = _read_front_matter(front.group(1)) if front else {}
    begin = front.end() if front else 0
    tokens = _parse(text, begin)
    parts = list(_find_parts(tokens, text, begin))
    marks = [Mark(0, begin, "front matter")] if begin else []
    marks += [Mark(p.start, p.end, reason) for kind, p in parts if (reason := _NO_TEXT.get(kind))]
    date = find_first(fields, DATES)
    notices = [f"its date {date!r} is not {DATE_FORM}, and was left out"] * is_bad_date(date)
    yield Document(
        source=source,
        text=text,
        title=find_first(fields, TITLES) or _find_title(tokens),
        sha256=sha256,
        date=read_date(date),
        encoding=decoded.encoding,
        notices=(*decoded.notices, *notices),
        author=find_first(fields, AUTHORS),
        url=read_address(find_first(fields, ADDRESSES)),
        language=read_language(find_first(fields, LANGUAGES)),
        blocks=tuple(span for kind, span in parts if kind == "paragraph_open"),
        headings=tuple(span for kind, span in parts if kind == "heading_open"),
        verbatim=tuple(span for kind, span in parts if kind in _VERBATIM),
        marks=tuple(marks),
    )


def _read_front_matter(text: str) -> dict[str, str]:
    """Its plain `key: value` lines; lists are read where they stand on one line."""
    fields: dict[str, str] = {}
    for key, value in _KEY.findall(text):
        line = read_line(value.strip("[]").replace('"', "").strip("'"))
        if line:
            fields.setdefault(key.lower(), line)
    return fields


@cache
def _load_parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])


def _parse(text: str, begin: int) -> "list[Token]":
    """The tokens of the text from a place on; their line numbers count from the text's start."""
    skipped = len(_LINE_BREAK.findall(text[:begin]))
    return _load_parser().parse("\n" * skipped + text[begin:])


def _find_parts(tokens: "list[Token]", text: str, begin: int) -> Iterator[tuple[str, Span]]:
    """Each heading, paragraph, table row, code block, rule and comment with its lines."""
    starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text)), len(text)]
    for token in tokens:
        if token.type not in _PARTS or token.map is None:
            continue
        if token.type == "html_block" and not token.content.lstrip().startswith("<!--"):
            continue
        first, last = token.map
        if token.type == "table_open":  # the line under its head
            first, last = first + 1, first + 2
        first, last = min(first, len(starts) - 1), min(last, len(starts) - 1)
        yield token.type, Span(max(starts[first], begin), max(starts[last], begin))


def _find_title(tokens: "list[Token]") -> str | None:
    """The first heading, as it reads."""
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            return _show_inline(following.content)
    return None


def _show_inline(content: str) -> str | None:
    from markdown_it import MarkdownIt

    (inline,) = MarkdownIt("commonmark").parseInline(content)
    parts = inline.children or ()
    return read_line("".join(part.content or " " * (part.type == "softbreak") for part in parts))
