"""Boxes of text on a page -> paragraphs in the order of reading: down each column, then the next.

A gutter is a place that leaves enough text wholly to its left and to its right. What lies across
it, such as a title over two columns, comes between what is above and what is below it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

_LEAST_COLUMN = 0.15
_MOST_ACROSS = 0.5
_FEWEST_CHARACTERS = 80
_SHORT_LINE = 0.85
_INDENT = 0.02
_SENTENCE_END = re.compile(r"""[.!?…:;؟۔。！？][\])}"'”’»]*$""")
_HYPHENATED = re.compile(r"([^\W\d_]+)[-\u2010]$")
_LIGATURES = re.compile("[\ufb00-\ufb06]")
_CONTINUED = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text with its edges."""

    left: float
    right: float
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """Lines that stand together. `top` is larger than `bottom`, as PDF counts."""

    left: float
    bottom: float
    right: float
    top: float
    lines: tuple[Line, ...]

    @property
    def size(self) -> int:
        return sum(len(line.text) for line in self.lines)


def order_boxes(boxes: Sequence[Box]) -> list[Box]:
    """The boxes of a page in the order of reading."""
    from_top = _sort_from_top(boxes)
    if (gutter := _find_gutter(boxes)) is None:
        return from_top
    ordered: list[Box] = []
    left: list[Box] = []
    right: list[Box] = []
    for box in from_top:
        if box.left < gutter < box.right:
            ordered += [*order_boxes(left), *order_boxes(right), box]
            left, right = [], []
        else:
            (left if box.right <= gutter else right).append(box)
    return [*ordered, *order_boxes(left), *order_boxes(right)]


def _sort_from_top(boxes: Sequence[Box]) -> list[Box]:
    """From the top down; those that begin on the same line, from the left."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: (-box.top, box.left)):
        height = (box.top - box.bottom) / max(1, len(box.lines))
        if rows and rows[-1][0].top - box.top < height / 2:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row, key=lambda box: box.left)]


def _find_gutter(boxes: Sequence[Box]) -> int | None:
    """Where the least text lies across, if enough lies on both sides; of equals, the most even."""
    total = sum(box.size for box in boxes)
    least = max(_FEWEST_CHARACTERS, _LEAST_COLUMN * total)
    found: list[tuple[int, int, int]] = []
    for place in {ceil(box.right) for box in boxes}:
        left = sum(box.size for box in boxes if box.right <= place)
        right = sum(box.size for box in boxes if box.left >= place)
        if min(left, right) >= least and total - left - right <= _MOST_ACROSS * total:
            found.append((total - left - right, -min(left, right), place))
    return min(found)[2] if found else None


def find_paragraphs(boxes: Sequence[Box], words: Collection[str]) -> Iterator[str]:
    """The paragraphs of boxes in order; one that goes on in the next column is put together.

    `words` are those of the document: they tell whether a hyphen at a line's end belongs to a word.
    """
    waiting = ""
    for box in boxes:
        for lines in _divide(box):
            paragraph = join_lines(lines, words)
            if waiting and not _ends_sentence(waiting) and paragraph[:1].islower():
                waiting = join_lines([waiting, paragraph], words)
            else:
                if waiting:
                    yield waiting
                waiting = paragraph
    if waiting:
        yield waiting


def _ends_sentence(text: str) -> bool:
    return (
        _SENTENCE_END.search(text[-20:]) is not None
    )  # a long row of dots would take quadratic time


def _divide(box: Box) -> Iterator[list[str]]:
    """A paragraph ends with a sentence, in a short line or before an indented one."""
    width = max(box.right - box.left, 1.0)
    lines = [line for line in box.lines if line.text.strip()]
    paragraph: list[str] = []
    for line, following in pairwise([*lines, None]):
        assert line is not None  # None stands last
        paragraph.append(line.text.strip())
        ends = following is None
        if following is not None and _ends_sentence(line.text.strip()):
            is_short = line.right - box.left < _SHORT_LINE * width
            ends = is_short or following.left - box.left > _INDENT * width
        if ends:
            yield paragraph
            paragraph = []


def join_lines(lines: Sequence[str], words: Collection[str]) -> str:
    """One line, hyphenation at the ends of lines mended, ligatures taken apart."""
    joined = ""
    for line in lines:
        text = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found.group()), line)
        before = _HYPHENATED.search(joined, max(0, len(joined) - 60))
        after = _CONTINUED.match(text)
        if joined.endswith("\u00ad"):
            joined = joined[:-1] + text
        elif before and after and after.group().islower():
            start, end = before.group(1).lower(), after.group()
            keeps = f"{start}-{end}" in words and start + end not in words
            joined = f"{joined if keeps else joined[:-1]}{text}"
        elif joined[-1:] == "-" and joined[-2:-1].isalnum():  # 1914-1918
            joined += text
        else:
            joined = f"{joined} {text}" if joined else text
    return joined.replace("\u00ad", "")
