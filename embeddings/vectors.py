"""Vectors of texts: from the live build where it has them, else encoded, each text once.

They lie in files mapped into memory, never all in it. An index may keep sentences at a lower
precision than passages, so what it holds as a sentence is taken for sentences alone.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from embeddings.corpus import Progress
from embeddings.digests import Digests, digest_texts, look_up
from embeddings.encoded import EncodedTexts, forget_encoded
from embeddings.encoders import Encoder
from embeddings.index.local import LocalIndex
from embeddings.index.ranking import concatenate_ranges
from embeddings.mapped import map_vectors
from embeddings.records import Numbers, Vectors

_ENCODE_AT_ONCE = 256


class VectorSource:
    """Vectors of texts: from the live build where it has them, else encoded, each text once.

    What is encoded is kept in `directory` until `forget` says that a build was published.
    """

    def __init__(
        self, encoder: Encoder, live: LocalIndex | None, directory: Path, int8: bool
    ) -> None:
        self._encoder = encoder
        self._live = live
        self._directory = directory
        self._int8 = int8
        self.encoded = 0

    def find(
        self, passages: Sequence[str], sentences: Sequence[str], progress: Progress
    ) -> tuple[Vectors, Vectors]:
        """Vectors of both lists, in their order, mapped into memory."""
        wanted = _Wanted(passages, sentences, self._directory, self._encoder.identity.dimension)
        if self._live is not None:
            for texts, vectors, are_passages in self._live.recall_vectors():
                found, places = look_up(digest_texts(texts), wanted.digests)
                wanted.put(places, vectors[found], into_passages=are_passages)
        if len(lacking := wanted.find_lacking()):
            self._encode(wanted, lacking, progress)
        return wanted.passages, wanted.sentences

    def _encode(self, wanted: "_Wanted", lacking: Numbers, progress: Progress) -> None:
        identity = self._encoder.identity
        if self._int8:  # so that what such a build leaves is not taken for exact vectors
            identity = replace(identity, name=f"{identity.name}, int8")
        with closing(EncodedTexts(self._directory, identity)) as encoded:
            for found, vectors in encoded.take(wanted.digests[lacking]):
                wanted.put(lacking[found], vectors)
            self._encode_rest(wanted, lacking, encoded, progress)

    def _encode_rest(
        self, wanted: "_Wanted", lacking: Numbers, encoded: EncodedTexts, progress: Progress
    ) -> None:
        """Longest first, so that little is padded; characters tell how much is done."""
        total = int(wanted.sizes[lacking].sum())
        rest = wanted.find_lacking()
        rest = rest[np.argsort(-wanted.sizes[rest], kind="stable")]
        done = total - int(wanted.sizes[rest].sum())
        for start in range(0, len(rest), _ENCODE_AT_ONCE):
            progress("encoding", done, total)
            some = rest[start : start + _ENCODE_AT_ONCE]
            vectors = self._encoder.encode_passages(wanted.read(some))
            encoded.add(wanted.digests[some], vectors)
            wanted.put(some, vectors)
            done += int(wanted.sizes[some].sum())
        self.encoded = len(rest)
        progress("encoding", total, total)

    def forget(self) -> None:
        """A published build holds all vectors now."""
        forget_encoded(self._directory)


class _Wanted:
    """The different texts of two lists, by number, and the rows of both that want their vectors.

    `digests` are sorted, `sizes` are the characters of each text.
    """

    def __init__(
        self, passages: Sequence[str], sentences: Sequence[str], directory: Path, dimension: int
    ) -> None:
        self._texts = (passages, sentences)
        self.passages = map_vectors(directory, len(passages), dimension)
        self.sentences = map_vectors(directory, len(sentences), dimension)
        rows: Digests = np.concatenate([digest_texts(texts) for texts in self._texts])
        self.digests, self._text_of, counts = np.unique(
            rows, return_inverse=True, return_counts=True
        )
        self._rows = np.argsort(self._text_of, kind="stable")
        self._starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        sizes = [np.fromiter(map(len, texts), np.int64, len(texts)) for texts in self._texts]
        self.sizes = np.concatenate(sizes)[self._rows[self._starts[:-1]]]
        self._is_lacking = np.ones(len(rows), dtype=np.bool_)

    def find_lacking(self) -> Numbers:
        """The numbers of the texts that some row lacks the vector of."""
        return np.unique(self._text_of[self._is_lacking])

    def read(self, numbers: Numbers) -> list[str]:
        passages, sentences = self._texts
        rows = self._rows[self._starts[numbers]].tolist()
        count = len(passages)
        return [passages[row] if row < count else sentences[row - count] for row in rows]

    def put(self, numbers: Numbers, vectors: Vectors, into_passages: bool = True) -> None:
        """Give the vectors of these texts to all rows, or to those of sentences alone."""
        sizes = self._starts[numbers + 1] - self._starts[numbers]
        rows = self._rows[concatenate_ranges(self._starts[numbers], sizes)]
        given = np.repeat(np.arange(len(numbers)), sizes)
        of_passage = rows < len(self.passages)
        if into_passages:
            self.passages[rows[of_passage]] = vectors[given[of_passage]]
            self._is_lacking[rows[of_passage]] = False
        of_sentence = ~of_passage
        self.sentences[rows[of_sentence] - len(self.passages)] = vectors[given[of_sentence]]
        self._is_lacking[rows[of_sentence]] = False
