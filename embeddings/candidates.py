"""Which texts may be near duplicates: MinHash over pairs of neighbouring words, in bands.

Two texts with a tenth of their words changed share about half their word pairs or more, and then
one of 42 bands of 3 hashes with a chance above 99% (1 - (1 - J**3)**42). Each band also holds the
text's numbers, negations and dates, so that the rows of a template never meet. The only file that
imports rensa.
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from embeddings.decisive_words import is_decisive

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


def find_buckets(bands: Iterable[NDArray[np.uint64]]) -> dict[int, list[int]]:
    """For each text that shares a band with another: the buckets it lies in, as numbers.

    A band is given as its hashes of all texts.
    """
    found: dict[int, list[int]] = {}
    first = 0
    for band in bands:
        values, places, sizes = np.unique(band, return_inverse=True, return_counts=True)
        for text in np.flatnonzero(sizes[places] > 1).tolist():
            found.setdefault(text, []).append(first + int(places[text]))
        first += len(values)
    return found
