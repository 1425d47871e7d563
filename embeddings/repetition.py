"""Lines that many documents of a corpus share: furniture that no single page gives away.

A footer that is a whole sentence looks like prose until it stands under five pages. Only what a
document begins or ends with is set aside, and never all of it: the same story in many files is a
repeat to be folded, not furniture.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from embeddings.blocks import Block
from embeddings.cleaning import Judged, Kind

REASON = "stands in many documents"
_LEAST_DOCUMENTS = 5
_MOST_SHARED = 0.5
_PROSE_WORDS = 15


def find_lines(text: str) -> Iterator[str]:
    """The lines of a text without the white space around them; no blank ones."""
    return filter(None, map(str.strip, text.splitlines()))


def find_repeated_lines(texts: Iterable[str]) -> frozenset[str]:
    """The lines that stand in five documents or more, copies of one story not counted.

    A document most of whose prose stands in others too is taken for a copy. The texts are gone
    through several times.
    """
    common = _find_common(lambda: iter(texts))
    if not common:
        return common
    return _find_common(lambda: (text for text in texts if not _is_copy(text, common)))


def _find_common(read: Callable[[], Iterator[str]]) -> frozenset[str]:
    """Lines are counted by their hashes, eight bytes each: those of a large corpus are many."""
    hashes = array("q")
    for text in read():
        hashes.extend({hash(line) for line in find_lines(text)})
    found, counts = np.unique(np.asarray(hashes), return_counts=True)
    if not (often := set(found[counts >= _LEAST_DOCUMENTS].tolist())):
        return frozenset()
    return frozenset(line for text in read() for line in find_lines(text) if hash(line) in often)


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
