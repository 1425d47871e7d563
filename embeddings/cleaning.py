"""Tells grain from chaff: each block is prose, a heading, or page furniture with a reason.

Furniture is marked, never deleted. It is known by what scraped pages have in common, in this order:
known phrases, a short line in another script than the page's, the teaser of another article, what
is outside the article (`article.py`), short lines that belong to no paragraph. A text without any
prose keeps every line.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from embeddings.article import find_outside
from embeddings.blocks import Block
from embeddings.phrases import find_phrases


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


_SHORT = 15
_MENU_WORDS = 3.5
_MENU_LINES = 3
_MENU_ITEM = 6
_MENU_ITEMS = 4
_FOOTNOTE = re.compile(r"[*†‡]\w")
_SENTENCE_WORDS = 5
_LONGEST_TEASER = 60

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
    reasons = {**outside, **reasons}
    open_blocks = [i for i in range(len(blocks)) if i not in reasons]
    prose = {i for i in open_blocks if _is_prose(blocks[i])}
    if not prose:
        prose = set(open_blocks)
    if not prose:
        return [Judged(block, Kind.PROSE) for block in blocks]
    headings = _judge_short_runs(blocks, open_blocks, prose, reasons)
    return [_judge(block, i, headings, reasons) for i, block in enumerate(blocks)]


def _judge(block: Block, i: int, headings: set[int], reasons: dict[int, str]) -> Judged:
    if i in reasons:
        return Judged(block, Kind.FURNITURE, reasons[i])
    return Judged(block, Kind.HEADING if i in headings else Kind.PROSE)


def _is_prose(block: Block) -> bool:
    if block.ends_sentence or block.words > _SHORT or _FOOTNOTE.match(block.text):
        return True
    return block.is_list_item and block.words > _MENU_ITEM


def _spare_lone_sentences(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """A whole sentence with such a phrase may be the author's own, unless it is in company.

    Company is a line of furniture that is no sentence, or an unmistakable one, in the same run of
    neighbours; or the end of the page, below a line that is no sentence.
    """
    for run in _find_runs(sorted(reasons)):
        among_lines = any(
            not _is_sentence(blocks[i]) or _UNMISTAKABLE.search(blocks[i].text) for i in run
        )
        is_last = run[-1] == len(blocks) - 1 and run[0] > 0
        if not among_lines and not (is_last and not _is_prose(blocks[run[0] - 1])):
            for i in run:
                del reasons[i]


def _is_sentence(block: Block) -> bool:
    return block.ends_sentence and block.words >= _SENTENCE_WORDS


def _find_runs(indices: Sequence[int]) -> Iterator[list[int]]:
    """Indices in ascending order -> runs of neighbours."""
    for _, run in groupby(enumerate(indices), key=lambda pair: pair[1] - pair[0]):
        yield [i for _, i in run]


def _script(text: str) -> str | None:
    """The script most letters belong to, by the first word of their Unicode names."""
    counts = Counter(
        unicodedata.name(character, "?").split()[0] for character in text if character.isalpha()
    )
    return counts.most_common(1)[0][0] if counts else None


def _add_foreign_lines(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """A short line in another script than most of the page: a caption or a switch of language."""
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
        if script not in (None, main) and block.words <= _SHORT and not block.ends_sentence:
            reasons.setdefault(i, "caption in another script")


def _add_teasers(blocks: Sequence[Block], reasons: dict[int, str]) -> None:
    """A cut-off paragraph under a headline is the teaser of another article, with its headline."""
    for i in range(1, len(blocks)):
        above = blocks[i - 1]
        cut_off = blocks[i].words <= _LONGEST_TEASER and _TEASER_END.search(blocks[i].text)
        if cut_off and i - 1 not in reasons and not above.ends_sentence and above.words <= 25:
            reasons.setdefault(i, "teaser of another article")
            reasons[i - 1] = "teaser of another article"


def _judge_short_runs(
    blocks: Sequence[Block], open_blocks: list[int], prose: set[int], reasons: dict[int, str]
) -> set[int]:
    """Short lines between paragraphs: the last before prose is its heading, the rest is furniture.

    Adds to `reasons`, and returns the headings.
    """
    headings: set[int] = set()
    run: list[int] = []
    seen_prose = False
    for i in open_blocks:
        if i not in prose:
            run.append(i)
            continue
        _judge_run(blocks, _judge_items(blocks, run, reasons), reasons, headings)
        run, seen_prose = [], True
    if seen_prose:
        for i in _judge_items(blocks, run, reasons):
            reasons[i] = "menu, tag or footer line"
    return headings


def _judge_items(blocks: Sequence[Block], run: Sequence[int], reasons: dict[int, str]) -> list[int]:
    """Many short list items are a menu, unless a colon announces them. Returns the other lines."""
    items = [i for i in run if blocks[i].is_list_item]
    announced = items and items[0] > 0 and blocks[items[0] - 1].text.endswith(":")
    if len(items) >= _MENU_ITEMS and not announced:
        reasons.update(dict.fromkeys(items, "menu"))
    return [i for i in run if not blocks[i].is_list_item]


def _judge_run(
    blocks: Sequence[Block], run: list[int], reasons: dict[int, str], headings: set[int]
) -> None:
    """A run of short lines with prose below it."""
    if not run:
        return
    *above, last = run
    headings.add(last)
    if len(above) >= _MENU_LINES - 1 and _mean_words(blocks, above) <= _MENU_WORDS:
        reasons.update(dict.fromkeys(above, "menu or tag line"))
    for i in above:
        beside_furniture = i - 1 in reasons or i + 1 in reasons
        if beside_furniture and blocks[i].words <= _MENU_WORDS:
            reasons.setdefault(i, "menu or tag line")
        elif i not in reasons:
            headings.add(i)


def _mean_words(blocks: Sequence[Block], indices: Sequence[int]) -> float:
    return sum(blocks[i].words for i in indices) / len(indices)
