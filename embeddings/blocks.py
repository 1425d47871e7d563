"""Text -> blocks: the author's paragraphs, list items, headings and lines, with offsets.

A blank line always divides. A single newline divides too, unless the text is hard-wrapped (lines
broken at a fixed width, in the middle of sentences): then a line that fills the width runs on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from embeddings.words import WORD

_LINE = re.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_SENTENCE_END = re.compile(r"""[.!?…:;؟。！？।۔][\])}"'”’»*\u2026]*$""")
_LIST_ITEM = re.compile(r"(?:[-*•‣▪–—]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+\S")
_END = 20  # only so many characters are looked at: a long row of dots would take quadratic time
_WIDEST_WRAP = 120
_NARROWEST_WRAP = 40
_FULL_LINE = 0.6
_LEAST_INNER_LINES = 3
_LETTERS_A_WORD = 7


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or line: `text == document.text[start:end]`, without white space around it."""

    start: int
    end: int
    text: str

    @property
    def words(self) -> int:
        """Words, or what its length comes to in a script that writes without spaces."""
        return max(len(WORD.findall(self.text)), len(self.text) // (2 * _LETTERS_A_WORD))

    @property
    def ends_sentence(self) -> bool:
        return _SENTENCE_END.search(self.text, max(0, len(self.text) - _END)) is not None

    @property
    def is_list_item(self) -> bool:
        return _LIST_ITEM.match(self.text) is not None


def find_blocks(text: str) -> list[Block]:
    """The blocks of a text in order; white space between them belongs to none."""
    lines = list(_find_lines(text))
    width = _find_wrap_width(text, lines)
    if width is None:
        return lines
    return list(_join_wrapped(text, lines, width))


def _find_lines(text: str) -> Iterator[Block]:
    for match in _LINE.finditer(text):
        stripped = match.group().strip()
        if stripped:
            start = match.start() + match.group().index(stripped)
            yield Block(start, start + len(stripped), stripped)


def adjoins(text: str, line: Block, following: Block) -> bool:
    """Whether only one line break lies between two lines."""
    between = text[line.end : following.start].replace("\r\n", "\n")
    return between.count("\n") + between.count("\r") <= 1


def _find_wrap_width(text: str, lines: list[Block]) -> int | None:
    """The width at which the text was wrapped, or None where single newlines are the author's."""
    inner = [line for line, following in pairwise(lines) if adjoins(text, line, following)]
    if len(inner) < _LEAST_INNER_LINES:
        return None
    lengths = sorted(len(line.text) for line in inner)
    width = lengths[int(0.9 * (len(lengths) - 1))]
    if not _NARROWEST_WRAP <= width <= _WIDEST_WRAP:
        return None
    broken = [ln for ln in inner if not ln.ends_sentence and len(ln.text) >= _FULL_LINE * width]
    return width if 2 * len(broken) > len(inner) else None


def _join_wrapped(text: str, lines: list[Block], width: int) -> Iterator[Block]:
    start: int | None = None
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        start = line.start if start is None else start
        runs_on = (
            following is not None
            and adjoins(text, line, following)
            and len(line.text) >= _FULL_LINE * width
            and not following.is_list_item
        )
        if not runs_on:
            yield Block(start, line.end, text[start : line.end])
            start = None
