"""Which texts may be near duplicates: MinHash over pairs of neighbouring words, in bands.

Two texts with a tenth of their words changed share about half their word pairs or more, and then
one of 42 bands of 3 hashes with a chance above 99% (1 - (1 - J**3)**42). Each band also holds the
text's numbers, negations and dates, so that the rows of a template never meet. The only file that
imports rensa.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from embeddings.decisive_words import is_decisive
from embeddings.records import Numbers

BANDS = 42
_ROWS = 3
_SEED = 1
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)

Hashes = NDArray[np.uint64]


def hash_bands(texts: Sequence[Sequence[str]]) -> Hashes:
    """One row of band hashes for each text, given as its words: equal hashes make candidates."""
    pairs = [[f"{a} {b}" for a, b in pairwise(words)] for words in texts]
    matrix = RMinHash.digest_matrix_from_token_sets(pairs, BANDS * _ROWS, _SEED)
    digests = np.array(matrix.to_rows(), dtype=np.uint64).reshape(len(texts), BANDS, _ROWS)
    guards = np.array([_hash_decisive(words) for words in texts], dtype=np.uint64)
    hashes = np.broadcast_to(guards[:, None], (len(texts), BANDS))
    for row, factor in enumerate(_MIX):
        hashes = (hashes ^ digests[:, :, row]) * np.uint64(factor)
        hashes ^= hashes >> np.uint64(29)
    return hashes


def _hash_decisive(words: Iterable[str]) -> int:
    decisive = "\0".join(word for word in words if is_decisive(word))
    digest = hashlib.blake2b(decisive.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


class Buckets(Mapping[int, list[int]]):
    """For each text that shares a band with another: the buckets it lies in, as numbers.

    Twelve bytes for each time that a text does so.
    """

    def __init__(self, texts: NDArray[np.int32], buckets: Numbers) -> None:
        order = np.argsort(texts, kind="stable")
        self._texts, starts = np.unique(texts[order], return_index=True)
        self._ends = np.append(starts, len(order))
        self._buckets = buckets[order]

    def __len__(self) -> int:
        return len(self._texts)

    def __iter__(self) -> Iterator[int]:
        """In the order of the texts."""
        return map(int, self._texts)

    def __getitem__(self, text: int) -> list[int]:
        place = int(np.searchsorted(self._texts, text))
        if place == len(self._texts) or self._texts[place] != text:
            raise KeyError(text)
        own: list[int] = self._buckets[self._ends[place] : self._ends[place + 1]].tolist()
        return own


def find_buckets(bands: Iterable[NDArray[np.uint64]]) -> Buckets:
    """Where texts share a band with another, each band given as its hashes of all texts."""
    texts, buckets = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int64)]
    first = 0
    for band in bands:
        values, places, sizes = np.unique(band, return_inverse=True, return_counts=True)
        own = np.flatnonzero(sizes[places] > 1)
        texts.append(own.astype(np.int32))
        buckets.append(first + places[own])
        first += len(values)
    return Buckets(np.concatenate(texts), np.concatenate(buckets))
