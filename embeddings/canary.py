"""The canary query: a build that was opened is asked for a passage of its own."""

from collections.abc import Callable
from typing import TypeVar

from embeddings.builds import StoredIndex
from embeddings.errors import IndexDamaged, WinnowError
from embeddings.manifest import REPAIR

T = TypeVar("T", bound=StoredIndex)
_CANARY_COSINE = 0.999


def open_checked(open: Callable[[], T], place: str) -> T:
    """Open the index that lies there and ask it for a passage. Raises IndexDamaged."""
    try:
        index = open()
        if index.passage_count:
            _ask_canary(index, place)
    except WinnowError:
        raise
    except Exception as error:  # what reads a damaged file fails in many ways of its own
        raise IndexDamaged(f"{place} cannot be opened: {error}", REPAIR) from error
    return index


def _ask_canary(index: StoredIndex, place: str) -> None:
    number = index.passage_count // 2
    vector = index.passage_vector(number)
    nearest, _ = index.dense(vector, 1)
    stored = index.read([number])[0].passage
    if len(nearest.scores) != 1 or nearest.scores[0] < _CANARY_COSINE or not stored.text:
        raise IndexDamaged(f"{place} does not find a passage of its own", REPAIR)
