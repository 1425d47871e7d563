"""Vectors of texts: from the live build where it has them, else encoded, each text once.

Sentences are encoded each by itself, or pooled from the tokens of their passage, as the encoder's
identity has it. Pooled, one is known by its passage's text and its place there, and a passage of
which anything is lacking is read with all its sentences.

They lie in files mapped into memory, never all in it. An index may keep sentences at a lower
precision than passages, so what it holds as a sentence is taken for sentences alone.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from embeddings.builds import StoredIndex
from embeddings.corpus import Progress
from embeddings.digests import DIGEST_BYTES, Digests, digest_sentences, digest_texts, look_up
from embeddings.encoded import EncodedTexts, forget_encoded
from embeddings.encoders import Encoder
from embeddings.index.ranking import concatenate_ranges
from embeddings.mapped import map_vectors
from embeddings.records import Numbers, Passage, Vectors

_ENCODE_AT_ONCE = 256
_READ_AT_ONCE = 64


class VectorSource:
    """Vectors of texts: from the live build where it has them, else encoded, each text once.

    `made` are those of the workers, in parts whose digests are sorted. What is encoded is kept in
    `directory` until `forget` says that a build was published.
    """

    def __init__(
        self,
        encoder: Encoder,
        live: StoredIndex | None,
        directory: Path,
        int8: bool,
        made: Iterable[tuple[Digests, Vectors]] = (),
    ) -> None:
        self._encoder = encoder
        self._live = live
        self._directory = directory
        self._int8 = int8
        self._made = made
        self.encoded = 0

    def find(
        self, passages: Sequence[Passage], offsets: Numbers, progress: Progress
    ) -> tuple[Vectors, Vectors]:
        """Vectors of passages and of all their sentences, in their order, mapped into memory.

        The sentences of passage i are `offsets[i]:offsets[i + 1]` of all.
        """
        identity = self._encoder.identity
        wanted = _Wanted(passages, offsets, self._directory, identity.dimension, identity.pooled)
        for digests, vectors in self._made:
            found, places = look_up(wanted.digests, digests)
            wanted.put(found, vectors[places])
        if self._live is not None:  # what it holds stays as it is
            for recalled in self._live.recall_vectors():
                found, places = look_up(digest_texts(recalled.texts), wanted.digests)
                wanted.put(places, recalled.vectors[found])
                parts = digest_sentences(recalled.texts, recalled.sentences, identity.pooled)
                found, places = look_up(parts, wanted.digests)
                wanted.put(places, recalled.sentence_vectors[found], into_passages=False)
        if len(lacking := wanted.find_lacking()):
            self._encode(wanted, lacking, progress)
        return wanted.passages, wanted.sentences

    def _encode(self, wanted: "_Wanted", lacking: Numbers, progress: Progress) -> None:
        identity = self._encoder.identity
        if self._int8:  # so that what such a build leaves is not taken for exact vectors
            identity = replace(identity, name=f"{identity.name}, int8")
        with closing(EncodedTexts(self._directory, identity)) as encoded:
            total = int(wanted.sizes[wanted.find_rows(lacking)].sum())
            for found, vectors in encoded.take(wanted.digests[lacking]):
                wanted.put(lacking[found], vectors)
            self._encode_rest(wanted, total, encoded, progress)

    def _encode_rest(
        self, wanted: "_Wanted", total: int, encoded: EncodedTexts, progress: Progress
    ) -> None:
        """Longest first, so that little is padded; characters tell how much is done."""
        rest = wanted.find_rows(wanted.find_lacking())
        rest = rest[np.argsort(-wanted.sizes[rest], kind="stable")]
        done = total - int(wanted.sizes[rest].sum())
        for start in range(0, len(rest), _ENCODE_AT_ONCE):
            progress("encoding", done, total)
            some = rest[start : start + _ENCODE_AT_ONCE]
            numbers, vectors = wanted.encode(some, self._encoder)
            encoded.add(wanted.digests[numbers], vectors)
            wanted.put(numbers, vectors)
            done += int(wanted.sizes[some].sum())
        self.encoded = len(rest)
        progress("encoding", total, total)

    def forget(self) -> None:
        """A published build holds all vectors now."""
        forget_encoded(self._directory)


def encode_texts(
    passages: Sequence[Passage], encoder: Encoder, folder: Path
) -> tuple[Digests, Vectors]:
    """The digests of the different texts of passages and their sentences, sorted, and the vectors.

    In batches that follow from the passages alone. All is in memory but for some in the folder.
    """
    identity = encoder.identity
    offsets = np.cumsum([0, *(len(one.sentences) for one in passages)]).astype(np.int64)
    wanted = _Wanted(passages, offsets, folder, identity.dimension, identity.pooled)
    vectors = np.empty((len(wanted.digests), identity.dimension), dtype=np.float32)
    rows = wanted.find_rows(wanted.find_lacking())
    rows = rows[np.argsort(-wanted.sizes[rows], kind="stable")]
    for start in range(0, len(rows), _ENCODE_AT_ONCE):
        numbers, found = wanted.encode(rows[start : start + _ENCODE_AT_ONCE], encoder)
        vectors[numbers] = found
    return wanted.digests, vectors


class _Wanted:
    """The different texts of passages and of their sentences, by number, and the rows of both.

    A row is a passage, or behind all passages a sentence. `digests` of the texts are sorted,
    `sizes` are the characters of each row.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        offsets: Numbers,
        directory: Path,
        dimension: int,
        pooled: bool,
    ) -> None:
        self._list = passages
        self._offsets = offsets
        self._pooled = pooled
        self.passages = map_vectors(directory, len(passages), dimension)
        self.sentences = map_vectors(directory, int(offsets[-1]), dimension)
        rows, self.sizes = self._describe_rows()
        self.digests, self._text_of, counts = np.unique(
            rows, return_inverse=True, return_counts=True
        )
        self._rows = np.argsort(self._text_of, kind="stable")
        self._starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self._is_lacking = np.ones(len(rows), dtype=np.bool_)

    def _describe_rows(self) -> tuple[Digests, Numbers]:
        """What each is known by, and how long it is."""
        count = len(self._list)
        digests: Digests = np.empty(count + int(self._offsets[-1]), dtype=f"S{DIGEST_BYTES}")
        sizes = np.empty(len(digests), dtype=np.int64)
        for start in range(0, count, _READ_AT_ONCE):
            some = self._list[start : start + _READ_AT_ONCE]
            texts, spans = [one.text for one in some], [one.sentences for one in some]
            own = slice(start, start + len(some))
            parts = slice(*(count + self._offsets[[own.start, own.stop]]).tolist())
            digests[own], sizes[own] = digest_texts(texts), list(map(len, texts))
            digests[parts] = digest_sentences(texts, spans, self._pooled)
            sizes[parts] = [span.end - span.start for one in spans for span in one]
        return digests, sizes

    def find_lacking(self) -> Numbers:
        """The numbers of the texts that some row lacks the vector of."""
        return np.unique(self._text_of[self._is_lacking])

    def find_rows(self, numbers: Numbers) -> Numbers:
        """What is to be read for the vectors of texts: a row of each, or, pooled, the passages."""
        rows = self._rows[self._starts[numbers]]
        return np.unique(self._find_passages(rows)) if self._pooled else rows

    def _find_passages(self, rows: Numbers) -> Numbers:
        """The passage of each row."""
        count = len(self.passages)
        owners = np.searchsorted(self._offsets, rows - count, side="right") - 1
        return np.where(rows < count, rows, owners)

    def encode(self, rows: Numbers, encoder: Encoder) -> tuple[Numbers, Vectors]:
        """Texts, by number, and their vectors: those of these rows, and what comes with them."""
        if not self._pooled:
            return self._text_of[rows], encoder.encode_passages(self._read(rows))
        some = [self._list[row] for row in rows.tolist()]
        whole, parts = encoder.encode_pooled(
            [one.text for one in some], [one.sentences for one in some]
        )
        sizes = self._offsets[rows + 1] - self._offsets[rows]
        sentences = len(self.passages) + concatenate_ranges(self._offsets[rows], sizes)
        numbers, first = np.unique(
            self._text_of[np.concatenate([rows, sentences])], return_index=True
        )
        return numbers, np.concatenate([whole, parts])[first]

    def _read(self, rows: Numbers) -> list[str]:
        texts = []
        for row, number in zip(rows.tolist(), self._find_passages(rows).tolist(), strict=True):
            passage, at = self._list[number], row - len(self.passages)
            if at < 0:
                texts.append(passage.text)
            else:
                span = passage.sentences[at - int(self._offsets[number])]
                texts.append(passage.text[span.start : span.end])
        return texts

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
