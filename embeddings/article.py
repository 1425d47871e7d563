"""Finds the article of a web page that was saved as text with all its furniture.

First whether a text is such a page, by how its short lines are arranged; no other text is judged
here. Then each line by itself, by what stands around it and by where it is in the nest of
indentation: two logistic sums, whose weights are in `article.json` (CONTRIBUTING.md says what they
come from); prose between two paragraphs of the article stays with them. No list of words is used
but those of `phrases.py`. Last, of the lines above the article, the one that shares most words with
it is its headline, which the document is named by.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np

from embeddings.blocks import Block
from embeddings.page_features import Columns, Flags, Lines, describe_lines, describe_page

HEADLINE = "the article's headline, taken as its title"
OUTSIDE = "outside the article"

_FEWEST_LINES = 40
_MOST_LINES = 5000
_LONGEST_PAGE = 1_000_000
_LEAST_PROSE = 0.1
_WIDEST_GAP = 12
_FARTHEST_HEADLINE = 30
_FEWEST_HEADLINE_WORDS = 3
_MOST_HEADLINE_WORDS = 25
_TELLING_WORD = re.compile(r"\w{4,}")
_MENU_WORDS = 6
_CAPTION_WORDS = 20


def find_outside(text: str, blocks: Sequence[Block], phrases: Mapping[int, str]) -> dict[int, str]:
    """Of a page's lines those that are not of its article, with reasons; of another text, none.

    `blocks` are the lines of `text`, `phrases` those of them that are known to be furniture.
    """
    if not _FEWEST_LINES <= len(blocks) <= _MOST_LINES or len(text) > _LONGEST_PAGE:
        return {}
    lines = Lines(text, blocks)
    weights = _load_weights()
    if not lines.prose.any() or not _is_above(describe_page(lines, phrases), weights["page"])[0]:
        return {}
    kept = _close_gaps(lines, _is_above(describe_lines(lines), weights["lines"]))
    if lines.mass[kept].sum() < _LEAST_PROSE * lines.mass.sum():  # a page of headlines, no article
        return {}
    outside = {i: _find_reason(block) for i, block in enumerate(blocks) if not kept[i]}
    if (headline := _find_headline(blocks, outside, phrases)) is not None:
        outside[headline] = HEADLINE
    return outside


def _close_gaps(lines: Lines, kept: Flags) -> Flags:
    """With the prose between two kept paragraphs close by, all indented alike: it goes on there."""
    kept = kept.copy()
    own = np.flatnonzero(kept & lines.prose)
    for above, below in pairwise(own.tolist()):
        level = lines.indents[above]
        if below - above <= _WIDEST_GAP and lines.indents[below] == level:
            gap = slice(above, below)
            kept[gap] |= lines.prose[gap] & (lines.indents[gap] == level)
    return kept


def _find_headline(
    blocks: Sequence[Block], outside: Mapping[int, str], phrases: Mapping[int, str]
) -> int | None:
    """Of those above the article, the one that shares most words with it; if two do, the nearer."""
    kept = [i for i in range(len(blocks)) if i not in outside]
    telling = {word for i in kept for word in _TELLING_WORD.findall(blocks[i].text.lower())}
    best, most = None, 2
    for i in range(max(0, kept[0] - _FARTHEST_HEADLINE), kept[0]):
        block, words = blocks[i], _TELLING_WORD.findall(blocks[i].text.lower())
        shared = sum(word in telling for word in words)
        may_be = _FEWEST_HEADLINE_WORDS <= block.words <= _MOST_HEADLINE_WORDS
        if i in phrases or block.is_list_item or not may_be:
            continue
        if shared >= most and 2 * shared >= len(words):
            best, most = i, shared
    return best


def _find_reason(block: Block) -> str:
    if block.words <= _MENU_WORDS and not block.ends_sentence:
        return "menu or tag line"
    if block.words <= _CAPTION_WORDS and (block.is_list_item or not block.ends_sentence):
        return "headline or caption"
    return OUTSIDE


def _is_above(columns: Columns, model: Mapping[str, Any]) -> Flags:
    weights: Mapping[str, float] = model["weights"]
    total = sum((weights[name] * values for name, values in columns.items()), np.float64(0))
    return np.asarray(total > model["least"])


@cache
def _load_weights() -> dict[str, Any]:
    path = files(__package__).joinpath("article.json")
    weights: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return weights
