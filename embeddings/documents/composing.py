"""Text put together from the parts that a reader finds: paragraphs divided by blank lines.

Keeps where each part lies, so that what the markup said of it is known by its span.
"""

import re
from dataclasses import dataclass, field
from typing import Literal
from unicodedata import normalize

from embeddings.records import Span

Kind = Literal["paragraph", "heading", "row"]

_SPACE = re.compile(r"[^\S\n]+")
_ODD = re.compile("[\0-\b\v\f\x0e-\x1f\x7f\xad\u2060\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def drop_odd_characters(text: str) -> str:
    """Without control characters and soft hyphens; halves of a surrogate pair show as damaged."""
    return _SURROGATE.sub("\ufffd", _ODD.sub("", text))


@dataclass(slots=True)
class Composition:
    """A text that grows by parts. A `row` is one line of a table or of code, kept as it is."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Span] = field(default_factory=list)
    headings: list[Span] = field(default_factory=list)
    rows: list[Span] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    comments: int | None = None

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def begin_page(self) -> None:
        """The next part is the first of a page."""
        self._append("\n\n" if self.pieces else "")
        self.pages.append(self.length)

    def begin_comments(self, heading: str) -> None:
        """What follows are readers' comments, under a heading that says so."""
        self.comments = self.length
        self.add(heading, "heading")

    def add(self, text: str, kind: Kind = "paragraph") -> None:
        """Add a part after a blank line. Its single newlines divide it; a heading has none.

        A letter and its accent become one character, so that a word is one word.
        """
        text = normalize("NFC", drop_odd_characters(text))
        if kind == "heading":
            text = text.replace("\n", " ")
        lines = [line for raw in text.split("\n") if (line := _SPACE.sub(" ", raw).strip())]
        spans = {"paragraph": self.blocks, "heading": self.headings, "row": self.rows}[kind]
        at_start = not self.pieces or (bool(self.pages) and self.pages[-1] == self.length)
        for i, line in enumerate(lines):
            self._append("" if i == 0 and at_start else "\n" if i else self._divider(kind))
            start = self.length
            self._append(line)
            spans.append(Span(start, self.length))

    def _divider(self, kind: Kind) -> str:
        """Rows follow one another line by line."""
        after_row = kind == "row" and bool(self.rows) and self.rows[-1].end == self.length
        return "\n" if after_row else "\n\n"

    def _append(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += len(piece)
