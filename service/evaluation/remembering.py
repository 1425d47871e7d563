"""An encoder that encodes each query once, for one that is asked in several ways."""

from collections.abc import Sequence

import numpy as np

from embeddings.encoders import Encoder
from embeddings.records import Span, Vectors


class Remembering:
    """Wraps an encoder and keeps the vectors of all queries it has seen."""

    def __init__(self, encoder: Encoder) -> None:
        self.identity = encoder.identity
        self.runtime = encoder.runtime
        self._encoder = encoder
        self._vectors: dict[str, Vectors] = {}

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        for text in texts:
            if text not in self._vectors:
                self._vectors[text] = self._encoder.encode_queries([text])[0]
        return np.stack([self._vectors[text] for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode_passages(texts)

    def encode_pooled(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, Vectors]:
        return self._encoder.encode_pooled(texts, sentences)
