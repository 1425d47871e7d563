"""Vectors of texts: from the live build where it has them, else encoded, each text once."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from embeddings.corpus import Progress
from embeddings.encoders import Encoder
from embeddings.index.local import LocalIndex
from embeddings.records import Vectors

_ENCODE_AT_ONCE = 256


class VectorSource:
    """Vectors of texts: from the live build where it has them, else encoded, each text once."""

    def __init__(self, encoder: Encoder, live: LocalIndex | None) -> None:
        self._encoder = encoder
        self._live = live
        self.encoded = 0

    def find(
        self, passages: Sequence[str], sentences: Sequence[str], progress: Progress
    ) -> tuple[Vectors, Vectors]:
        """Vectors of both lists, in their order."""
        place = {text: i for i, text in enumerate(dict.fromkeys([*passages, *sentences]))}
        vectors = np.empty((len(place), self._encoder.identity.dimension), dtype=np.float32)
        known = self._recall(place.keys())
        for text, vector in known.items():
            vectors[place[text]] = vector
        new = sorted((text for text in place if text not in known), key=len, reverse=True)
        self._encode(new, vectors, place, progress)
        return vectors[[place[t] for t in passages]], vectors[[place[t] for t in sentences]]

    def _recall(self, texts: Collection[str]) -> dict[str, Vectors]:
        if self._live is None:
            return {}
        return self._live.recall_vectors(texts)

    def _encode(
        self, texts: Sequence[str], vectors: Vectors, place: Mapping[str, int], progress: Progress
    ) -> None:
        """Longest first, so that the time left is not underestimated and little is padded."""
        for done in range(0, len(texts), _ENCODE_AT_ONCE):
            progress("encoding", done, len(texts))
            some = texts[done : done + _ENCODE_AT_ONCE]
            vectors[[place[text] for text in some]] = self._encoder.encode_passages(some)
        self.encoded = len(texts)
        progress("encoding", len(texts), len(texts))
