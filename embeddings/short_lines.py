"""Short lines that are no sentences: headings, menus, or lines of verse, of a list, of an address.

Of a page they are furniture unless they stand above prose; of any other text nothing is set aside.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from embeddings.blocks import Block, adjoins

SHORT = 15
_STANZA = 3
_MENU_WORDS = 3.5
_MENU_LINES = 3
_MENU_ITEMS = 4


def find_headings(
    blocks: Sequence[Block], open_blocks: Sequence[int], prose: Collection[int], text: str | None
) -> set[int]:
    """Of a text that is no page: short lines that stand above prose, and in no stanza or list.

    What goes on right below another line and ends its paragraph heads nothing either. Of many one
    below another the first and the last do: what is between could not be found as a heading.
    """
    last = max(prose)
    found = {
        i
        for paragraph in _find_paragraphs(blocks, open_blocks, text)
        for i in _without_stanzas(blocks, paragraph)
        if i not in prose
        and i < last
        and not blocks[i].is_list_item
        and not paragraph[0] < i == paragraph[-1]
    }
    return {i for i in found if not (i - 1 in found and i + 1 in found)}


def _find_paragraphs(
    blocks: Sequence[Block], open_blocks: Sequence[int], text: str | None
) -> Iterator[list[int]]:
    """Lines without a blank one between them."""
    paragraph: list[int] = []
    for i in open_blocks:
        if paragraph and not _follows(blocks[i], blocks[paragraph[-1]], text):
            yield paragraph
            paragraph = []
        paragraph.append(i)
    yield paragraph


def _follows(block: Block, above: Block, text: str | None) -> bool:
    return block.start == above.end + 1 if text is None else adjoins(text, above, block)


def _without_stanzas(blocks: Sequence[Block], paragraph: Sequence[int]) -> Iterator[int]:
    """The lines of a paragraph that are not among three short ones or more."""
    for is_short, run in groupby(paragraph, key=lambda i: blocks[i].words <= SHORT):
        lines = list(run)
        if not is_short or len(lines) < _STANZA:
            yield from lines


def judge_short_runs(
    blocks: Sequence[Block], open_blocks: list[int], prose: set[int], reasons: dict[int, str]
) -> set[int]:
    """Short lines of a page: the last before prose is its heading, the rest is furniture.

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
