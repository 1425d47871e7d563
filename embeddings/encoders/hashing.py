"""An encoder without a model, for tests and for machines that have none: hashed character trigrams.

Knows spelling, not meaning. Deterministic, of any dimension, in every language.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from embeddings.encoders.protocol import EncoderIdentity
from embeddings.records import Span, Vectors

_WORD = re.compile(r"\w+")
_DIMENSION = 64
_WINDOW = 128


class HashingEncoder:
    """Signed hashing of character trigrams (Weinberger et al., 2009). Also its own tokenizer."""

    identity = EncoderIdentity("hashing", _DIMENSION, _WINDOW, "hashing-1")
    window = _WINDOW
    runtime = "hashing"

    @property
    def known_identity(self) -> dict[str, object]:
        return asdict(self.identity)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text)) for text in texts]

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), _DIMENSION), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.casefold()):
                self._add_word(row, f"^{word}$")
            norm = float(np.linalg.norm(row))
            row[:] = row / norm if norm else np.eye(1, _DIMENSION, dtype=np.float32)[0]
        return vectors

    def encode_pooled(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, Vectors]:
        """Spelling is the same in every context: a sentence has the vector of its own text."""
        pairs = zip(texts, sentences, strict=True)
        parts = [text[span.start : span.end] for text, own in pairs for span in own]
        return self.encode_passages(texts), self.encode_passages(parts)

    @staticmethod
    def _add_word(row: Vectors, word: str) -> None:
        for i in range(len(word) - 2):
            digest = hashlib.blake2b(word[i : i + 3].encode("utf-8", "surrogatepass")).digest()
            row[digest[0] % _DIMENSION] += 1.0 if digest[1] % 2 else -1.0
