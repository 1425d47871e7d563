"""Document -> passages and sentences, each with its offsets, and what was set aside with reasons.

A passage is a paragraph of the author's: joined with the next (the last of a section with the one
before) when too short to stand alone, split evenly at sentence ends when longer than the encoder
reads. None crosses a heading, a table, text set aside or a page by joining. No text lies beyond the
encoder's window, and no sentence that fits it is cut.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby
from pathlib import PurePosixPath

from embeddings.article import HEADLINE
from embeddings.blocks import Block
from embeddings.cleaning import Judged, Kind
from embeddings.comments import find_comments, keep_comments
from embeddings.languages import identify_language
from embeddings.packing import Limits, Part, pack
from embeddings.records import Cut, Document, Mark, Passage, Span, make_id
from embeddings.sentences import find_sentences
from embeddings.structure import judge_document, show_heading

CountTokens = Callable[[Sequence[str]], list[int]]

_FEWEST_WORDS = 8
_LONGEST_TITLE = 120
_BELOW_TITLES = ("byline", "tag list", "date line")
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
    if document.comments is not None:
        comments: Span | None = Span(document.comments, len(document.text))
    elif document.pages:  # nobody comments on the pages of a PDF
        comments = None
    elif comments := find_comments(judged):
        judged = keep_comments(judged, comments)
    splitter = _Splitter(document, count_tokens, window, language, comments)
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
    """The article's headline, else the heading above the first prose, else that prose's start.

    Of several headings the first that stands below a page's menus: a subtitle may follow it.
    """
    title, is_above = None, True
    for item in judged:
        if item.reason == HEADLINE:
            return item.block.text
        if item.kind is Kind.FURNITURE and item.reason not in _BELOW_TITLES:
            is_above = True
        elif item.kind is Kind.HEADING and is_above:
            title, is_above = show_heading(item.block.text), False
        elif item.kind is Kind.PROSE:
            text = title or item.block.text
            return (
                text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1].rstrip()}…"
            )
    return None


class _Splitter:
    """Blocks of one document -> its passages."""

    def __init__(
        self,
        document: Document,
        count_tokens: CountTokens,
        window: int,
        language: str | None,
        comments: Span | None,
    ) -> None:
        self._document = document
        self._count_tokens = count_tokens
        self._limits = Limits(window, window * _CHARACTERS_A_TOKEN)
        self._language = language
        self._comments = comments or Span(0, 0)
        self._tables = sorted((span.start, span.end) for span in document.verbatim)
        self._occurrences: Counter[str] = Counter()

    def make_passages(self, judged: Sequence[Judged]) -> Iterator[Passage]:
        heading: str | None = None
        for (kind, *_), group in groupby(judged, self._find_surroundings):
            blocks = [item.block for item in group]
            if kind is Kind.HEADING:
                heading = show_heading(blocks[-1].text)
            elif kind is Kind.PROSE:
                for part in self._find_parts(blocks):
                    yield self._make_passage(part.start, part.end, heading)

    def _find_surroundings(self, item: Judged) -> tuple[Kind, int | None, bool, bool]:
        """No passage crosses the border between two of these by the joining of short blocks."""
        start = item.block.start
        i = bisect_right(self._tables, start, key=lambda table: table[0])
        in_table = i > 0 and start < self._tables[i - 1][1]
        return item.kind, self._page(start), in_table, self._is_comment(start)

    def _is_comment(self, start: int) -> bool:
        return self._comments.start <= start < self._comments.end

    def _page(self, start: int) -> int | None:
        """The number, from 1, of the page that a place is on."""
        return bisect_right(self._document.pages, start) or None

    def _find_parts(self, blocks: Sequence[Block]) -> list[Part]:
        """Each block by itself: short ones joined with the next, the last with the one before."""
        found: list[Part] = []
        waiting: Part | None = None
        for block, tokens in zip(blocks, self._count_blocks(blocks), strict=True):
            part = Part(block.start, block.end, block.words, tokens)
            if waiting is not None:
                joined = self._join(waiting, part)
                if self._fits(joined) or not self._fits(part):
                    part = joined
                else:
                    self._put_behind(found, waiting)
                waiting = None
            if not self._fits(part):
                found += self._split(part)
            elif part.words < _FEWEST_WORDS:
                waiting = part
            else:
                found.append(part)
        if waiting is not None:
            self._put_behind(found, waiting)
        return found

    def _put_behind(self, found: list[Part], short: Part) -> None:
        """Join a short part with the one before it; where both do not fit, it stands alone."""
        joined = self._join(found[-1], short) if found else short
        if self._fits(joined):
            found[-1:] = [joined]
        else:
            found.append(short)

    def _join(self, one: Part, following: Part) -> Part:
        tokens = self._count(one.start, following.end)
        return Part(one.start, following.end, one.words + following.words, tokens)

    def _count(self, start: int, end: int) -> int:
        """Tokens of a span as one text: over a form feed, say, two words run into one for BERT."""
        if end - start > self._limits.characters:
            return self._limits.tokens + 1
        return self._count_tokens([self._document.text[start:end]])[0]

    def _count_blocks(self, blocks: Sequence[Block]) -> list[int]:
        """Tokens of each block; one too long in characters is only said not to fit."""
        longest = self._limits.characters
        short = [block.text for block in blocks if len(block.text) <= longest]
        counts = iter(self._count_tokens(short))
        return [
            next(counts) if len(block.text) <= longest else self._limits.tokens + 1
            for block in blocks
        ]

    def _fits(self, part: Part) -> bool:
        return self._limits.hold(part.tokens, part.end - part.start)

    def _split(self, whole: Part) -> Iterator[Part]:
        """Passages of whole sentences, evenly filled; only a sentence that fits none is cut."""
        text = self._document.text[whole.start : whole.end]
        pieces = list(self._find_pieces(text))
        texts = [text[piece.start : piece.end] for piece in pieces]
        parts = [
            Part(
                whole.start + piece.start,
                whole.start + piece.end,
                Block(piece.start, piece.end, own).words,
                tokens,
            )
            for piece, own, tokens in zip(pieces, texts, self._count_tokens(texts), strict=True)
        ]
        for run in pack(parts, self._limits):
            yield from self._join_run(run)

    def _join_run(self, run: Sequence[Part]) -> Iterator[Part]:
        """One passage of parts, two where they come to more tokens together than apart."""
        if len(run) == 1:
            yield run[0]
            return
        tokens = self._count(run[0].start, run[-1].end)
        joined = Part(run[0].start, run[-1].end, sum(part.words for part in run), tokens)
        if self._fits(joined):
            yield joined
        else:
            yield from self._join_run(run[: len(run) // 2])
            yield from self._join_run(run[len(run) // 2 :])

    def _find_pieces(self, text: str) -> Iterator[Span]:
        sentences = find_sentences(text, self._language)
        counts = self._count_tokens([text[s.start : s.end] for s in sentences])
        for sentence, tokens in zip(sentences, counts, strict=True):
            if self._limits.hold(tokens, sentence.end - sentence.start):
                yield sentence
            else:
                yield from self._cut_sentence(text, sentence)

    def _cut_sentence(self, text: str, sentence: Span) -> Iterator[Span]:
        """Halve at the white space nearest the middle until each part fits."""
        length = sentence.end - sentence.start
        if length > self._limits.characters:
            tokens = self._limits.tokens + 1
        else:
            tokens = self._count_tokens([text[sentence.start : sentence.end]])[0]
        if self._limits.hold(tokens, length) or length == 1:
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
            heading=None if self._is_comment(start) else heading,
            language=identify_language(text) or self._language,
            page=self._page(start),
            comment=self._is_comment(start),
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
