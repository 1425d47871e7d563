"""Which terms follow each other in a passage: two arrays mapped into memory."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embeddings.index.ranking import concatenate_ranges
from embeddings.records import Numbers, Occurrences, WordOrder

_SLOTS = "words.npy"
_OFFSETS = "word_offsets.npy"
FILES = (_SLOTS, _OFFSETS)


def write_word_order(folder: Path, order: WordOrder) -> None:
    """Write both files into a folder that has none yet."""
    np.save(folder / _SLOTS, order.slots, allow_pickle=False)
    np.save(folder / _OFFSETS, order.offsets, allow_pickle=False)


def read_word_order(folder: Path) -> WordOrder:
    """What `write_word_order` wrote, mapped into memory."""
    slots, offsets = (
        np.asarray(np.load(folder / name, mmap_mode="r", allow_pickle=False))
        for name in (_SLOTS, _OFFSETS)
    )
    return WordOrder(slots, offsets)


def find_occurrences(
    order: WordOrder, sentences: Numbers, numbers: Numbers, wanted: Sequence[int | None]
) -> Occurrences:
    """Where the wanted terms stand in the passages named; None is a term that stands nowhere.

    `sentences` has n + 1 entries: the sentence rows of passage i are `sentences[i]:sentences[i+1]`.
    """
    first, last = sentences[numbers], sentences[numbers + 1]
    starts = np.asarray(order.offsets[first])
    sizes = np.asarray(order.offsets[last]) - starts
    rows = concatenate_ranges(starts, sizes)
    known = sorted((slot, at) for at, slot in enumerate(wanted) if slot is not None)
    slots = np.array([slot for slot, _ in known], dtype=np.int64)
    positions = np.array([at for _, at in known], dtype=np.int64)
    here = np.asarray(order.slots[rows])
    at = np.searchsorted(slots, here)
    found = np.flatnonzero(np.append(slots, -1)[at] == here)
    passage = np.repeat(np.arange(len(numbers)), sizes)[found]
    row = rows[found]
    sentence = np.searchsorted(order.offsets, row, side="right") - 1
    return Occurrences(
        passage=passage,
        sentence=sentence - first[passage],
        place=row - starts[passage],
        term=positions[at[found]],
    )
