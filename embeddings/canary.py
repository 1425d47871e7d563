"""Opening the folder of a build, and asking it for a passage of its own: the canary query."""

from pathlib import Path

from embeddings.errors import ArtifactError, IndexDamaged
from embeddings.index.local import LocalIndex
from embeddings.manifest import REPAIR

_CANARY_COSINE = 0.999


def open_checked(folder: Path) -> LocalIndex:
    """Open an index and ask it for a passage of its own. Raises IndexDamaged."""
    try:
        index = LocalIndex(folder)
        if index.passage_count:
            _ask_canary(index, folder)
    except ArtifactError:
        raise
    except Exception as error:  # what reads a damaged file fails in many ways of its own
        raise IndexDamaged(f"{folder} cannot be opened: {error}", REPAIR) from error
    return index


def _ask_canary(index: LocalIndex, folder: Path) -> None:
    number = index.passage_count // 2
    vector = index.passage_vector(number)
    nearest, _ = index.dense(vector, 1)
    stored = index.read([number])[0].passage
    if len(nearest.scores) != 1 or nearest.scores[0] < _CANARY_COSINE or not stored.text:
        raise IndexDamaged(f"{folder} does not find a passage of its own", REPAIR)
