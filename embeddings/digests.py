"""Texts known by their digests, in sorted arrays: millions of them take little memory."""

from collections.abc import Collection
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from embeddings.records import Numbers

Digests = NDArray[np.bytes_]
DIGEST_BYTES = 16


def digest_texts(texts: Collection[str]) -> Digests:
    """What each text is known by; two that differ have different ones."""
    return np.fromiter(
        (
            blake2b(t.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()
            for t in texts
        ),
        dtype=f"S{DIGEST_BYTES}",
        count=len(texts),
    )


def look_up(wanted: Digests, known: Digests) -> tuple[Numbers, Numbers]:
    """Which of the wanted digests are among the known ones, which are sorted, and where there."""
    places = np.searchsorted(known, wanted)
    places[places == len(known)] = 0
    found = np.flatnonzero(known[places] == wanted) if len(known) else np.empty(0, dtype=np.int64)
    return found, places[found]
