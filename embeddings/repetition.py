"""Lines that many documents of a corpus share: furniture that no single page gives away.

A footer that is a whole sentence looks like prose until it stands under five pages. Only what a
document begins or ends with is set aside, and never all of it: the same story in many files is a
repeat to be folded, not furniture.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from embeddings.blocks import Block
from embeddings.cleaning import Judged, Kind

REASON = "stands in many documents"
_LEAST_DOCUMENTS = 5
_MOST_SHARED = 0.5
_PROSE_WORDS = 15


def find_lines(text: str) -> Iterator[str]:
    """The lines of a text without the white space around them; no blank ones."""
    return filter(None, map(str.strip, text.splitlines()))


def find_repeated_lines(texts: Sequence[str]) -> frozenset[str]:
    """The lines that stand in five documents or more, copies of one story not counted.

    A document most of whose prose stands in others too is taken for a copy.
    """
    common = _find_common(texts)
    return _find_common(text for text in texts if not _is_copy(text, common)) if common else common


def _find_common(texts: Iterable[str]) -> frozenset[str]:
    counts: Counter[int] = Counter()  # by hash: the lines of a large corpus are not held twice
    places: dict[int, str] = {}
    for text in texts:
        for line in set(find_lines(text)):
            key = hash(line)
            counts[key] += 1
            if counts[key] == _LEAST_DOCUMENTS:
                places[key] = line
    return frozenset(places.values())


def _is_copy(text: str, common: Collection[str]) -> bool:
    prose = [line for line in set(find_lines(text)) if _is_prose(line)]
    shared = sum(len(line) for line in prose if line in common)
    return shared > _MOST_SHARED * sum(map(len, prose))


def _is_prose(line: str) -> bool:
    block = Block(0, len(line), line)
    return block.ends_sentence or block.words > _PROSE_WORDS


def set_repeats_aside(judged: Sequence[Judged], repeated: Collection[str]) -> list[Judged]:
    """Make furniture of the repeated prose that a document begins or ends with, unless it is all.

    Headings and other furniture in between do not matter.
    """
    prose = [i for i, item in enumerate(judged) if item.kind is Kind.PROSE]
    aside = {*_run(judged, prose, repeated), *_run(judged, prose[::-1], repeated)}
    if len(aside) == len(prose):
        return list(judged)
    return [
        replace(item, kind=Kind.FURNITURE, reason=REASON) if i in aside else item
        for i, item in enumerate(judged)
    ]


def _run(judged: Sequence[Judged], prose: Iterable[int], repeated: Collection[str]) -> list[int]:
    """The places, from one end on, of the blocks all of whose lines are repeated."""
    found = []
    for i in prose:
        if not all(line in repeated for line in find_lines(judged[i].block.text)):
            break
        found.append(i)
    return found
