"""What can be counted of a text's lines, whatever its language: the numbers `article.py` judges by.

Three kinds: of a line by itself, of what stands around it, and of where it stands in the nest that
indentation makes (a page turned into text keeps its boxes so). Names are those of `article.json`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from embeddings.blocks import Block

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Columns = dict[str, Numbers]

_WORD = re.compile(r"\w+")
_PLAIN = re.compile(r"[\w\s&'’,.!?|*•+–-]+")
_CODE = re.compile(r"[={}();<>\\`\[\]]")
_BULLET = "*•-+– "
_PROSE_WORDS = 10
_MENU_WORDS = 4
_SHORT_WORDS = 6
_MOST_WORDS = 100
_MOST_COMMON = 40
_LONG_LINE = 100
_FARTHEST = 50
_DEEPEST = 200
_WINDOWS = ((-1, 0), (1, 2), (-3, 0), (1, 4), (-8, 0), (1, 9), (-20, 0), (1, 21))


class Lines:
    """The lines of one text with what everything else is counted from."""

    def __init__(self, text: str, blocks: Sequence[Block]) -> None:
        self.text, self.blocks = text, blocks
        self.tokens = [_WORD.findall(block.text) for block in blocks]
        words = [min(block.words, _MOST_WORDS) for block in blocks]
        self.words: Numbers = np.array(words, np.float64)
        self.ends: Numbers = np.array([block.ends_sentence for block in blocks], np.float64)
        self.items: Numbers = np.array([block.is_list_item for block in blocks], np.float64)
        self.prose = (self.ends == 1) & (self.words >= _PROSE_WORDS)
        self.mass = np.where(self.prose, self.words, 0.0)
        self.short = ((self.words <= _SHORT_WORDS) & (self.ends == 0)).astype(np.float64)
        self.indents = np.array([_indent(text, block) for block in blocks])

    def __len__(self) -> int:
        return len(self.blocks)


def _indent(text: str, block: Block) -> int:
    before = text[max(0, block.start - _DEEPEST) : block.start].replace("\r", "\n")
    return len(before[before.rfind("\n") + 1 :].expandtabs(8))


def describe_page(lines: Lines, phrases: Mapping[int, str]) -> Columns:
    """One row: is this a page with all its furniture? `phrases` are the lines known by words."""
    is_plain = np.array([bool(_PLAIN.fullmatch(block.text)) for block in lines.blocks])
    menu = (lines.words <= _MENU_WORDS) & (lines.words > 0) & (lines.ends == 0) & is_plain
    prose = np.flatnonzero(lines.prose).tolist()
    first, last = (prose[0], prose[-1]) if len(prose) else (len(lines), len(lines))
    runs = [len(list(run)) for is_menu, run in groupby(menu) if is_menu]
    shown = [lines.blocks[i].text for i in np.flatnonzero(menu).tolist()]
    codes = [
        bool(_CODE.search(block.text)) and not is_prose
        for block, is_prose in zip(lines.blocks, lines.prose, strict=True)
    ]
    long = [
        "\n" not in lines.blocks[i].text and len(lines.blocks[i].text) > _LONG_LINE for i in prose
    ]
    head, tail = menu[:first].sum(), menu[last + 1 :].sum()
    row = {
        "menu lines": menu.mean(),
        "menu lines above": _log(head),
        "menu lines below": _log(tail),
        "above and below": min(head, 20) * min(tail, 20) / 400,
        "in rows": _log(sum(run for run in runs if run >= _MENU_WORDS)),
        "code": np.mean(codes),
        "long paragraphs": np.mean(long) if long else 0,
        "capitals": np.mean([t.lstrip(_BULLET)[:1].isupper() for t in shown]) if shown else 0,
        "known phrases": _log(len(phrases)),
        "kinds of phrases": len(set(phrases.values())) / 5,
        "levels": _log(len(set(lines.indents.tolist()))),
        "paragraphs": _log(len(prose)),
        "lines": _log(len(lines)),
    }
    return {name: np.array([value], np.float64) for name, value in row.items()}


def describe_lines(lines: Lines) -> Columns:
    """One row a line: does it belong to the article?"""
    alone = _describe_alone(lines)
    nest = _Nest(lines)
    columns = {**alone, **_describe_surroundings(lines), **_describe_group(lines, alone)}
    columns |= nest.describe()
    columns |= {f"inside, {name}": values * nest.inside for name, values in alone.items()}
    columns |= {f"at its level, {name}": values * nest.level for name, values in alone.items()}
    near = columns["nearest of the article"]
    columns |= {f"from the article, {name}": values * near for name, values in alone.items()}
    return columns


def _log(values: NDArray[np.number] | float) -> Numbers:
    return np.asarray(np.log1p(values) / 3, np.float64)


def _describe_alone(lines: Lines) -> Columns:
    texts = [block.text for block in lines.blocks]
    often = Counter(
        word.lower()
        for words, is_prose in zip(lines.tokens, lines.prose, strict=True)
        if is_prose
        for word in words
    )
    common = {word for word, _ in often.most_common(_MOST_COMMON)}
    times = Counter(texts)
    ends = [0, *(block.end for block in lines.blocks)]
    counted = {
        "capitals": [_share(word[0].isupper() for word in words) for words in lines.tokens],
        "digits": [_share(map(str.isdigit, text)) for text in texts],
        "symbols": [_share(c in "|»›/•·@#_©+" for c in text) for text in texts],
        "common words": [_share(word.lower() in common for word in ws) for ws in lines.tokens],
        "repeated": [times[text] > 1 for text in texts],
        "columns": ["   " in text for text in texts],
        "cut off": [text.endswith(("…", "...")) for text in texts],
        "colon": [text.endswith(":") for text in texts],
        "blank lines above": [
            min(lines.text.count("\n", end, block.start), 4) / 4
            for end, block in zip(ends, lines.blocks, strict=False)
        ],
    }
    return {
        "sentence": lines.ends,
        "item": lines.items,
        "length": _log(lines.words),
        "over 15 words": (lines.words > 15).astype(np.float64),
        "up to 3 words": (lines.words <= 3).astype(np.float64),
        **{name: np.array(values, np.float64) for name, values in counted.items()},
    }


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / max(1, len(values))


def _sum_before(values: Numbers) -> Numbers:
    return np.concatenate([[0.0], np.cumsum(values)])


def _describe_surroundings(lines: Lines) -> Columns:
    count, places = len(lines), np.arange(len(lines))
    mass, short = _sum_before(lines.mass), _sum_before(lines.short)
    total = max(mass[-1], 1.0)
    above, below = mass[:-1] / total, (total - mass[1:]) / total
    columns = {
        "prose above": above,
        "prose below": below,
        "less of both": np.minimum(above, below),
        "place": places / max(1, count - 1),
        "share of prose": np.full(count, mass[-1] / max(1.0, lines.words.sum())),
        "lines": np.full(count, _log(count)),
        "levels": np.full(count, float(len(set(lines.indents.tolist())) > 2)),
    }
    for first, last in _WINDOWS:
        low, high = (np.clip(places + step, 0, count) for step in (first, last))
        columns[f"prose {first}:{last}"] = _log(mass[high] - mass[low])
        columns[f"short {first}:{last}"] = (short[high] - short[low]) / (last - first)
    return columns | _measure_distances("prose", lines.prose)


def _measure_distances(name: str, is_mark: Flags) -> Columns:
    """How many lines away the nearest of the marked lines are, above and below."""
    places, marks = np.arange(len(is_mark)), np.flatnonzero(is_mark)
    if not len(marks):
        marks = np.array([-_FARTHEST, len(is_mark) + _FARTHEST])
    after = np.searchsorted(marks, places, "left")
    before = np.searchsorted(marks, places, "right") - 1
    down = np.where(after < len(marks), marks[after.clip(max=len(marks) - 1)] - places, _FARTHEST)
    up = np.where(before >= 0, places - marks[before.clip(min=0)], _FARTHEST)
    down, up = (_log(np.minimum(steps, _FARTHEST)) for steps in (down, up))
    return {
        f"next of the {name}": down,
        f"last of the {name}": up,
        f"nearest of the {name}": np.minimum(down, up),
        f"farther of the {name}": np.maximum(down, up),
    }


def _describe_group(lines: Lines, alone: Columns) -> Columns:
    """Neighbours alike: items of one list, lines of one indentation."""
    items = lines.items
    is_new = (np.diff(lines.indents) != 0) | (np.diff(items) != 0)
    group = np.concatenate([[0], np.cumsum(is_new)])
    sizes = np.bincount(group)
    length = _log(np.bincount(group, lines.words) / sizes)[group]
    first = np.searchsorted(group, np.arange(len(sizes)))
    padded = np.concatenate([[0.0], lines.prose, [0.0]])
    below_prose = padded[first][group]
    above_prose = padded[np.append(first[1:], len(lines)) + 1][group]
    colon = np.concatenate([[0.0], alone["colon"]])[first][group]
    return {
        "group": _log(sizes)[group],
        "group, length": length,
        "group, sentences": (np.bincount(group, lines.ends) / sizes)[group],
        "group below prose": below_prose,
        "group above prose": above_prose,
        "group between prose": below_prose * above_prose,
        "item below a colon": colon * items,
        "items, length": length * items,
        "items below prose": below_prose * items,
        "items between prose": below_prose * above_prose * items,
        "item, length": alone["length"] * items,
        "item, sentence": alone["sentence"] * items,
    }


class _Nest:
    """Boxes that indentation makes: with each line, all around it that is indented as much or more.

    The article's box is the one with most prose, that at its own level counting double, and least
    of anything else. A text without indentation is one box.
    """

    def __init__(self, lines: Lines) -> None:
        indents, self._lines = lines.indents, lines
        self.low = _find_edges(indents)
        self.high = len(lines) - _find_edges(indents[::-1])[::-1]
        mass, words, short = map(_sum_before, (lines.mass, lines.words, lines.short))
        self.total = max(mass[-1], 1.0)
        self.prose = mass[self.high] - mass[self.low]
        self.size = self.high - self.low
        self.words = words[self.high] - words[self.low]
        self.short = (short[self.high] - short[self.low]) / self.size
        own: Counter[tuple[int, int]] = Counter()
        keys = list(zip(self.low.tolist(), indents.tolist(), strict=True))
        for key, value in zip(keys, lines.mass, strict=True):
            own[key] += value
        self.own = np.array([own[key] for key in keys])
        gain = (self.own + self.prose) * (self.prose + 20) / (self.words + 20)
        self.best = int(gain.argmax())
        places = np.arange(len(lines))
        self.first, self.end = self.low[self.best], self.high[self.best]
        self.inside = ((places >= self.first) & (places < self.end)).astype(np.float64)
        self.level = self.inside * (indents == indents[self.best])

    def describe(self) -> Columns:
        lines, places = self._lines, np.arange(len(self._lines))
        deeper = lines.indents - lines.indents[self.best]
        return {
            "inside": self.inside,
            "at its level": self.level,
            "lines above it": _log(np.maximum(self.first - places, 0)),
            "lines below it": _log(np.maximum(places - self.end + 1, 0)),
            "deeper": np.clip(deeper / 4, -3, 3),
            "deeper inside": np.maximum(deeper, 0) / 8 * self.inside,
            "box, own prose": self.own / self.total,
            "box, prose": self.prose / self.total,
            "box, share of prose": self.prose / (self.words + 1),
            "box, short lines": self.short,
            "box, lines": _log(self.size),
            "the article's share": np.full(len(lines), self.prose[self.best] / self.total),
            **_measure_distances("article", lines.prose & (self.level == 1)),
        }


def _find_edges(indents: NDArray[np.int_]) -> NDArray[np.int_]:
    """For each line the first of its box: behind the last line above that is indented less."""
    edges = np.zeros(len(indents), np.int_)
    open_lines: list[int] = []
    for i, indent in enumerate(indents):
        while open_lines and indents[open_lines[-1]] >= indent:
            open_lines.pop()
        edges[i] = open_lines[-1] + 1 if open_lines else 0
        open_lines.append(i)
    return edges
