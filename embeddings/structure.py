"""What a document's own markup says of its blocks, and for the rest what cleaning finds.

Known headings are headings, tables and code are text, known marks are furniture, whatever they
look like. Text that lies in none of the blocks that the reader named is divided as plain text is:
nothing is lost.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence

from embeddings.blocks import Block, find_blocks
from embeddings.cleaning import Judged, Kind, judge_blocks
from embeddings.records import Document, Mark, Span
from embeddings.repetition import set_repeats_aside

_HEADING_MARK = re.compile(r"#{1,6}[ \t]+")


def show_heading(text: str) -> str:
    """A heading without the marks of Markdown, as a person reads it."""
    if mark := _HEADING_MARK.match(text):
        shown = text[mark.end() :].rstrip()
        closed = shown.rstrip("#")
        return closed.rstrip() if closed[-1:] in (" ", "\t") else shown
    *lines, last = text.splitlines() or [""]
    is_underlined = lines and set(last.strip()) in ({"="}, {"-"})
    return "\n".join(lines).strip() if is_underlined else text


def judge_document(
    document: Document, keep_all: bool = False, repeated: Collection[str] = ()
) -> list[Judged]:
    """Say of each block of a document, in order, what it is to the search.

    `repeated` are lines that many documents of the corpus share. With `keep_all`, nothing is
    furniture and only what the markup calls a heading is one.
    """
    text = document.text
    known = list(_judge_known(document, keep_all))
    taken = [item.block for item in known]
    starts = {block.start for block in taken}
    named = [block for span in document.blocks for block in _trim(text, span)]
    free = [block for block in named if not _meets(block, taken)]
    blocks = _fill_gaps(text, _without_overlaps(sorted([*taken, *free], key=_by_place)))
    others = [block for block in blocks if block.start not in starts]
    if keep_all or document.cleaned:
        found = [Judged(block, Kind.PROSE) for block in others]
    else:
        has_markup = document.blocks or document.headings or document.verbatim
        found = judge_blocks(others, None if has_markup else text)
    if document.headings:  # then no other line is one
        found = [Judged(i.block, Kind.PROSE) if i.kind is Kind.HEADING else i for i in found]
    if repeated and not keep_all:
        found = set_repeats_aside(found, repeated)
    return sorted([*known, *found], key=lambda item: item.block.start)


def _judge_known(document: Document, keep_all: bool) -> Iterator[Judged]:
    """What the markup leaves no doubt about; of two that share characters, the first."""
    kinds: list[tuple[Span | Mark, Kind, str]] = [
        *((span, Kind.HEADING, "") for span in document.headings),
        *((span, Kind.PROSE, "") for span in document.verbatim),
    ]
    if not keep_all:
        kinds += [(mark, Kind.FURNITURE, mark.reason) for mark in document.marks]
    end = 0
    for span, kind, reason in sorted(kinds, key=lambda one: _by_place(one[0])):
        for block in _trim(document.text, span):
            if block.start >= end:
                yield Judged(block, kind, reason)
                end = block.end


def _meets(block: Block, known: Sequence[Block]) -> bool:
    """Whether it shares characters with a known one: the first that ends behind its start."""
    i = bisect_right(known, block.start, key=lambda one: one.end)
    return i < len(known) and known[i].start < block.end


def _by_place(span: Span | Mark | Block) -> tuple[int, int]:
    return span.start, -span.end


def _trim(text: str, span: Span | Mark) -> Iterator[Block]:
    """The block of a span without the white space around it; none where there is nothing else."""
    raw = text[span.start : span.end]
    if stripped := raw.strip():
        start = span.start + raw.index(stripped)
        yield Block(start, start + len(stripped), stripped)


def _without_overlaps(blocks: Iterable[Block]) -> Iterator[Block]:
    """The first of those that share characters."""
    end = 0
    for block in blocks:
        if block.start >= end:
            yield block
            end = block.end


def _fill_gaps(text: str, named: Iterable[Block]) -> Iterator[Block]:
    """The named blocks, and between them those found in the text that none of them holds."""
    end = 0
    for block in named:
        yield from _find_between(text, end, block.start)
        yield block
        end = block.end
    yield from _find_between(text, end, len(text))


def _find_between(text: str, start: int, end: int) -> Iterator[Block]:
    if text[start:end].strip():
        for block in find_blocks(text[start:end]):
            yield Block(start + block.start, start + block.end, block.text)
