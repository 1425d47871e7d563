"""Tells grain from chaff: each block is prose, a heading, or page furniture with a reason.

Furniture is marked, never deleted. It is known by what scraped pages have in common, in this order:
known phrases, a short line in another script than the page's, the teaser of another article, what
is outside the article (`article.py`), short lines that belong to no paragraph. The last are
furniture only where something else shows a page: letters, notes, verse and tables are made of short
lines too. A text without any prose keeps every line.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import groupby, pairwise

from embeddings.article import find_outside
from embeddings.blocks import Block
from embeddings.phrases import find_phrases
from embeddings.short_lines import SHORT, find_headings, judge_short_runs


class Kind(Enum):
    """What a block is to the search."""

    PROSE = "prose"
    HEADING = "heading"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Judged:
    """A block with what it was found to be; `reason` is given for furniture alone."""

    block: Block
    kind: Kind
    reason: str = ""


_MENU_ITEM = 6
_FOOTNOTE = re.compile(r"[*†‡]\w")
_SENTENCE_WORDS = 5
_JAPANESE = frozenset(("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"))
_LONGEST_TEASER = 60
_SHORTEST_TEASER = 8
_SHORTEST_HEADLINE = 3
_LONGEST_HEADLINE = 25
_FEWEST_ROWS = 3
# How far each shows that a text is a page. Dates and captions stand anywhere, and a line that only
# has separators counts least.
_OF_PAGES = {
    "navigation": 2,
    "share line": 2,
    "comment count": 2,
    "subscription or donation box": 2,
    "related articles": 2,
    "legal notice": 1,
    "tag list": 1,
    "source line": 1,
    "byline": 1,
}
_PAGE = 3
_DIVIDERS = ("date line", "caption in another script")
_UNDERLINE = re.compile(r"([=~^-])\1{2,}")
_FIGURE = re.compile(r"\d{2}")
_SEPARATOR = re.compile(r"\s([|»›/•·])(?=\s)")
_SPEECH = re.compile(r"[\"“„«‹‘「—–]\s?\w")
_GOES_ON = re.compile(r"[,،、，;；—–-]$")
_SPEAKER = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?:\s")

_UNMISTAKABLE = re.compile(
    r"^(?:please )?(?:subscribe|sign up|donate|support us|help us)\b|\byour donation\b"
    r"|\bbecome a (?:member|supporter|patron) and\b|\bthis (?:site|website) uses cookies\b"
    r"|^(?:©|copyright\s+(?:©\s*)?\d{4})|\ball rights reserved\b",
    re.IGNORECASE,
)
_TEASER_END = re.compile(
    r"(?:\.\.\.|…)\]?\s*(?:\[\W*\]|(?:read|continue|more)\b.*)?$", re.IGNORECASE
)


def judge_blocks(blocks: Sequence[Block], text: str | None = None) -> list[Judged]:
    """Say of each block, in order, whether it is prose, heading or furniture.

    `text` is what the blocks are lines of, given where it may be a page with all its furniture.
    """
    reasons = find_phrases(blocks)
    outside = {} if text is None else find_outside(text, blocks, reasons)
    _spare_lone_sentences(blocks, reasons)
    _add_foreign_lines(blocks, reasons)
    _add_teasers(blocks, reasons)
    _spare_rows(blocks, reasons)
    is_page = bool(outside) or _shows_page(blocks, reasons)
    if not is_page:
        _spare_in_other_texts(blocks, reasons)
    reasons = {**outside, **reasons}
    open_blocks = [i for i in range(len(blocks)) if i not in reasons]
    prose = {i for i in open_blocks if _is_prose(blocks[i])}
    if not prose:
        prose = set(open_blocks)
    if not prose:
        return [Judged(block, Kind.PROSE) for block in blocks]
    if is_page:
        headings = judge_short_runs(blocks, open_blocks, prose, reasons)
    else:
        headings = find_headings(blocks, open_blocks, prose, text)
    return [_judge(block, i, headings, reasons) for i, block in enumerate(blocks)]


def _judge(block: Block, i: int, headings: set[int], reasons: dict[int, str]) -> Judged:
    if i in reasons:
        return Judged(block, Kind.FURNITURE, reasons[i])
    return Judged(block, Kind.HEADING if i in headings else Kind.PROSE)


def _is_prose(block: Block) -> bool:
    if block.ends_sentence or block.words > SHORT or _FOOTNOTE.match(block.text):
        return True
    if _GOES_ON.search(block.text[-1:]):  # a line of verse, the greeting of a letter
        return True
    return block.is_list_item and block.words > _MENU_ITEM


def _spare_lone_sentences(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """A whole sentence with such a phrase may be the author's own, unless it is in company.

    Company is a line of furniture that is no sentence, or an unmistakable one, in the same run of
    neighbours; or the end of what other lines show to be a page, below a line that is no sentence.
    """
    last: dict[int, str] = {}
    for run in _find_runs(sorted(reasons)):
        among_lines = any(
            not _is_sentence(blocks[i]) or _UNMISTAKABLE.search(blocks[i].text) for i in run
        )
        if among_lines:
            continue
        spared = {i: reasons.pop(i) for i in run}
        if run[-1] == len(blocks) - 1 and run[0] > 0 and not _is_prose(blocks[run[0] - 1]):
            last = spared
    if last and _shows_page(blocks, reasons | last):
        reasons.update(last)


def _is_sentence(block: Block) -> bool:
    """Somebody's speech may be shorter than that: “I need you.”"""
    is_long = block.words >= _SENTENCE_WORDS or _SPEECH.match(block.text) is not None
    return block.ends_sentence and is_long


def _spare_rows(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """Neighbours with as many columns each are the rows of a table, and no navigation."""
    columns = [tuple(_SEPARATOR.findall(block.text)) for block in blocks]
    for signs, run in groupby(range(len(blocks)), key=columns.__getitem__):
        rows = list(run)
        if signs and len(rows) >= _FEWEST_ROWS:
            for i in rows:
                reasons.pop(i, None)


def _shows_page(blocks: Sequence[Block], reasons: Mapping[int, str]) -> bool:
    """By furniture of two kinds that only pages have, or of one and another that books have too."""
    if _is_underlined(blocks):
        return False
    kinds: dict[str, int] = {}
    for i, reason in reasons.items():
        weight = 1 if _SEPARATOR.search(blocks[i].text) else _OF_PAGES.get(reason, 0)
        kinds[reason] = max(weight, kinds.get(reason, 0))
    return sum(kinds.values()) >= _PAGE


def _is_underlined(blocks: Sequence[Block]) -> bool:
    """Whether a line has one of signs below it, as long as itself: the headings of a manual."""
    return any(
        _UNDERLINE.fullmatch(block.text) and len(block.text) == len(above.text)
        for above, block in pairwise(blocks)
    )


def _spare_in_other_texts(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """Dates divide a diary, words in another script a glossary; figures stand in rows too."""
    counts = Counter(reasons.values())
    for i, reason in list(reasons.items()):
        is_repeated = reason in _DIVIDERS and counts[reason] > 1
        if is_repeated or (reason == "navigation" and _FIGURE.search(blocks[i].text)):
            del reasons[i]


def _find_runs(indices: Sequence[int]) -> Iterator[list[int]]:
    """Indices in ascending order -> runs of neighbours."""
    for _, run in groupby(enumerate(indices), key=lambda pair: pair[1] - pair[0]):
        yield [i for _, i in run]


def _script(text: str) -> str | None:
    """The script most letters belong to, by the first word of their Unicode names."""
    counts = Counter(map(_name_script, filter(str.isalpha, text)))
    return counts.most_common(1)[0][0] if counts else None


@lru_cache(maxsize=1 << 14)
def _name_script(letter: str) -> str:
    """Japanese is written in three scripts, which are one here."""
    name = unicodedata.name(letter, "?").split()[0]
    return "CJK" if name in _JAPANESE else name


def _add_foreign_lines(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """A short line in another script than most of the page: a caption or a switch of language.

    Latin is at home in every script: names of firms, of programs.
    """
    scripts = [_script(block.text[:200]) for block in blocks]
    weights: Counter[str] = Counter()
    for script, block in zip(scripts, blocks, strict=True):
        if script:
            weights[script] += len(block.text)
    if len(weights) < 2:
        return
    main, length = weights.most_common(1)[0]
    if length < 0.8 * weights.total():
        return
    for i, (script, block) in enumerate(zip(scripts, blocks, strict=True)):
        if script not in (None, main, "LATIN") and block.words <= SHORT and not block.ends_sentence:
            reasons.setdefault(i, "caption in another script")


def _add_teasers(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """A cut-off paragraph under a headline is the teaser of another article, with its headline."""
    for i in range(1, len(blocks)):
        above = blocks[i - 1]
        may_be = (
            i - 1 not in reasons
            and not above.ends_sentence
            and _SHORTEST_HEADLINE <= above.words <= _LONGEST_HEADLINE
            and _SHORTEST_TEASER <= blocks[i].words <= _LONGEST_TEASER
            and not _SPEAKER.match(blocks[i].text)
        )
        if may_be and _TEASER_END.search(blocks[i].text):
            reasons.setdefault(i, "teaser of another article")
            reasons[i - 1] = "teaser of another article"
