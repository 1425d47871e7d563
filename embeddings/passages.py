"""Document -> passages and sentences, each with its offsets, and what was set aside with reasons.

A passage is a paragraph of the author's: joined with the next when too short to stand alone, split
at sentence ends when longer than the encoder reads. No text lies beyond the encoder's window, and
no sentence that fits it is cut.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby
from pathlib import PurePosixPath

from sentencex import get_sentence_boundaries

from embeddings.blocks import Block
from embeddings.cleaning import Judged, Kind
from embeddings.languages import identify_language
from embeddings.records import Cut, Document, Mark, Passage, Span, make_id
from embeddings.structure import judge_document, show_heading

CountTokens = Callable[[Sequence[str]], list[int]]

_FEWEST_WORDS = 8
_LONGEST_TITLE = 120
_CHARACTERS_A_TOKEN = 8


def cut_document(
    document: Document,
    count_tokens: CountTokens,
    window: int,
    keep_all: bool = False,
    repeated: Collection[str] = (),
) -> Cut:
    """Take a document apart. `window` is the most tokens a passage may have.

    `repeated` are the lines that many documents of the corpus share.
    """
    judged = judge_document(document, keep_all, repeated)
    title = document.title or _find_title(judged) or PurePosixPath(document.source).stem
    prose = [item.block.text for item in judged if item.kind is Kind.PROSE]
    language = document.language or identify_language("\n".join(prose)[:4000])
    splitter = _Splitter(document, count_tokens, window, language)
    return Cut(
        document=document,
        title=title,
        language=language,
        passages=tuple(splitter.make_passages(judged)),
        headings=tuple(_spans(judged, Kind.HEADING)),
        marks=tuple(
            Mark(item.block.start, item.block.end, item.reason)
            for item in judged
            if item.kind is Kind.FURNITURE
        ),
    )


def _spans(judged: Sequence[Judged], kind: Kind) -> Iterator[Span]:
    for item in judged:
        if item.kind is kind:
            yield Span(item.block.start, item.block.end)


def _find_title(judged: Sequence[Judged]) -> str | None:
    """The heading right above the first prose, else the start of that prose."""
    title = None
    for item in judged:
        if item.kind is Kind.HEADING:
            title = show_heading(item.block.text)
        elif item.kind is Kind.PROSE:
            text = title or item.block.text
            return (
                text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1].rstrip()}…"
            )
    return None


def find_sentences(text: str, language: str | None) -> list[Span]:
    """The sentences of a text, those inside a quotation too, without the white space around them.

    sentencex takes a whole quotation for one sentence, so it is shown the text without the marks.
    """
    plain = text.translate(_NO_QUOTES)
    boundaries = get_sentence_boundaries(language or "en", plain)
    ends = [_end_sentence(text, plain, boundary["start_index"]) for boundary in boundaries[1:]]
    ends = [end for end in ends if not _goes_on(plain, end)]
    spans = []
    for start, end in zip([0, *ends], [*ends, len(text)], strict=True):
        raw = text[start:end]
        if stripped := raw.strip():
            first = start + raw.index(stripped)
            spans.append(Span(first, first + len(stripped)))
    return spans


_QUOTES = '"“”„«»‹›'
_NO_QUOTES = str.maketrans(_QUOTES, " " * len(_QUOTES))
_NEXT = re.compile(r"\S")
_CLOSING = re.compile(r"""["”»›’')\]]*(?:\s*[”»›])?""")


def _end_sentence(text: str, plain: str, next_start: int) -> int:
    """Where the sentence before this place ends, the marks that close it included."""
    end = next_start
    while end > 0 and plain[end - 1].isspace():
        end -= 1
    match = _CLOSING.match(text, end)
    return match.end() if match else end


def _goes_on(plain: str, end: int) -> bool:
    """A small letter goes on with the sentence: “Is it so?” he asked."""
    match = _NEXT.search(plain, end)
    return match is not None and match.group().islower()


class _Splitter:
    """Blocks of one document -> its passages."""

    def __init__(
        self, document: Document, count_tokens: CountTokens, window: int, language: str | None
    ) -> None:
        self._document = document
        self._count_tokens = count_tokens
        self._window = window
        self._longest = window * _CHARACTERS_A_TOKEN
        self._language = language
        self._occurrences: Counter[str] = Counter()

    def make_passages(self, judged: Sequence[Judged]) -> Iterator[Passage]:
        heading: str | None = None
        # Grouped by page too, so that no passage crosses a border by the joining of short blocks.
        for (kind, _), group in groupby(judged, self._kind_and_page):
            blocks = [item.block for item in group]
            if kind is Kind.HEADING:
                heading = show_heading(blocks[-1].text)
            elif kind is Kind.PROSE:
                for start, end in self._find_spans(blocks):
                    yield self._make_passage(start, end, heading)

    def _kind_and_page(self, item: Judged) -> tuple[Kind, int | None]:
        return item.kind, self._page(item.block.start)

    def _page(self, start: int) -> int | None:
        """The number, from 1, of the page that a place is on."""
        return bisect_right(self._document.pages, start) or None

    def _find_spans(self, blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
        counts = self._count_blocks(blocks)
        waiting: tuple[int, int] | None = None
        for block, tokens in zip(blocks, counts, strict=True):
            start = block.start
            if waiting is not None:
                joined = self._count(waiting[0], block.end)
                if self._fits(joined, block.end - waiting[0]):
                    start, tokens = waiting[0], joined
                else:
                    yield waiting
                waiting = None
            if not self._fits(tokens, block.end - start):
                yield from self._split(start, block.end)
            elif block.words < _FEWEST_WORDS and start == block.start:
                waiting = (start, block.end)
            else:
                yield start, block.end
        if waiting is not None:
            yield waiting

    def _count(self, start: int, end: int) -> int:
        """Tokens of a span as one text: over a form feed, say, two words run into one for BERT."""
        if end - start > self._longest:
            return self._window + 1
        return self._count_tokens([self._document.text[start:end]])[0]

    def _count_blocks(self, blocks: Sequence[Block]) -> list[int]:
        """Tokens of each block; one too long in characters is only said not to fit."""
        short = [block.text for block in blocks if len(block.text) <= self._longest]
        counts = iter(self._count_tokens(short))
        return [
            next(counts) if len(block.text) <= self._longest else self._window + 1
            for block in blocks
        ]

    def _fits(self, tokens: int, characters: int) -> bool:
        return tokens <= self._window and characters <= self._longest

    def _split(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Fill passages with whole sentences, evenly; cut only a sentence that fits none."""
        text = self._document.text[start:end]
        pieces = list(self._find_pieces(text))
        counts = self._count_tokens([text[piece.start : piece.end] for piece in pieces])
        parts = max(1, -(-sum(counts) // self._window))
        goal = min(self._window, int(1.1 * sum(counts) / parts))
        first, tokens = 0, 0
        for i, (piece, count) in enumerate(zip(pieces, counts, strict=True)):
            length = piece.end - pieces[first].start
            grown = tokens + count
            if i > first and piece.start == pieces[i - 1].end:  # joined again, a word counts anew
                grown = self._count(start + pieces[first].start, start + piece.end)
            if i > first and not (grown <= goal and length <= self._longest):
                yield start + pieces[first].start, start + pieces[i - 1].end
                first, grown = i, count
            tokens = grown
        yield start + pieces[first].start, start + pieces[-1].end

    def _find_pieces(self, text: str) -> Iterator[Span]:
        sentences = find_sentences(text, self._language)
        counts = self._count_tokens([text[s.start : s.end] for s in sentences])
        for sentence, tokens in zip(sentences, counts, strict=True):
            if self._fits(tokens, sentence.end - sentence.start):
                yield sentence
            else:
                yield from self._cut_sentence(text, sentence)

    def _cut_sentence(self, text: str, sentence: Span) -> Iterator[Span]:
        """Halve at the white space nearest the middle until each part fits."""
        length = sentence.end - sentence.start
        if length > self._longest:
            tokens = self._window + 1
        else:
            tokens = self._count_tokens([text[sentence.start : sentence.end]])[0]
        if self._fits(tokens, length) or length == 1:
            yield sentence
            return
        left, right = _halve(text, sentence)
        yield from self._cut_sentence(text, left)
        yield from self._cut_sentence(text, right)

    def _make_passage(self, start: int, end: int, heading: str | None) -> Passage:
        text = self._document.text[start:end]
        self._occurrences[text] += 1
        return Passage(
            id=make_id(self._document.source, text, str(self._occurrences[text])),
            document_id=self._document.id,
            start=start,
            end=end,
            text=text,
            sentences=tuple(find_sentences(text, self._language)),
            heading=heading,
            language=identify_language(text) or self._language,
            page=self._page(start),
        )


def _halve(text: str, span: Span) -> tuple[Span, Span]:
    middle = (span.start + span.end) // 2
    before = text.rfind(" ", span.start + 1, middle)
    after = text.find(" ", middle, span.end - 1)
    candidates = [place for place in (before, after) if place > span.start]
    at = min(candidates, key=lambda place: abs(place - middle)) if candidates else middle
    left_end = span.start + len(text[span.start : at].rstrip()) or at
    right_start = span.end - len(text[at : span.end].lstrip())
    return Span(span.start, max(left_end, span.start + 1)), Span(right_start, span.end)
