"""More like this, less like that: examples move the vector that a question is looked for by.

Rocchio's way (Rocchio 1971, "Relevance feedback in information retrieval") over embeddings: toward
the mean of what is liked, away from the mean of what is not. The question's words stay as they are.
"""

import re
from collections.abc import Sequence

import numpy as np

from embeddings.errors import NotFound
from embeddings.index import Index
from embeddings.records import StoredPassage, Vectors

# Measured on judged collections: python -m tests.measurements.steering
TOWARD = 0.5
AWAY = 0.25
_ID = re.compile(r"[0-9a-f]{16}")


def find_example(index: Index, example: str) -> StoredPassage | None:
    """The passage that an example names by its id; None where it is a text. Raises NotFound."""
    if not _ID.fullmatch(example):
        return None
    stored = index.find(example)
    if stored is None:
        raise NotFound(
            f"no passage {example!r} to be like, or unlike, in this build",
            "search again: the passage may have changed since",
        )
    return stored


def move(question: Vectors | None, liked: Sequence[Vectors], unliked: Sequence[Vectors]) -> Vectors:
    """A question's vector, moved by those of examples; of length 1, as they all are.

    Without a question it is the middle of what is liked.
    """
    moved = np.mean(liked, axis=0) if question is None else question.copy()
    if question is not None and len(liked):
        moved += TOWARD * np.mean(liked, axis=0)
    if len(unliked):
        moved -= AWAY * np.mean(unliked, axis=0)
    length = float(np.linalg.norm(moved))
    # Examples that cancel each other out say nothing of where to look.
    vector: Vectors = (moved / length if length > 1e-6 else liked[0]).astype(np.float32)
    return vector
