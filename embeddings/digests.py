"""Texts known by their digests, in sorted arrays: millions of them take little memory."""

from collections.abc import Collection, Sequence
from hashlib import blake2b
from struct import pack

import numpy as np
from numpy.typing import NDArray

from embeddings.records import Numbers, Span

Digests = NDArray[np.bytes_]
DIGEST_BYTES = 16
_KIND = f"S{DIGEST_BYTES}"


def digest_texts(texts: Collection[str]) -> Digests:
    """What each text is known by; two that differ have different ones."""
    return np.fromiter(map(_digest, texts), dtype=_KIND, count=len(texts))


def digest_sentences(
    texts: Sequence[str], sentences: Sequence[Sequence[Span]], pooled: bool
) -> Digests:
    """What the sentences of texts are known by, one after the other: each by its own text.

    Pooled, one has its vector of the text around it, and is known by that and where it lies there;
    one that is all of it is known as the text itself.
    """
    pairs = zip(texts, sentences, strict=True)
    found = (_digest_part(text, span, pooled) for text, spans in pairs for span in spans)
    return np.fromiter(found, dtype=_KIND, count=sum(map(len, sentences)))


def _digest_part(text: str, span: Span, pooled: bool) -> bytes:
    if not pooled or span == Span(0, len(text)):
        return _digest(text[span.start : span.end])
    return _digest(text, pack("<QQ", span.start, span.end))


def _digest(text: str, place: bytes = b"") -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=DIGEST_BYTES, person=place).digest()


def look_up(wanted: Digests, known: Digests) -> tuple[Numbers, Numbers]:
    """Which of the wanted digests are among the known ones, which are sorted, and where there."""
    places = np.searchsorted(known, wanted)
    places[places == len(known)] = 0
    found = np.flatnonzero(known[places] == wanted) if len(known) else np.empty(0, dtype=np.int64)
    return found, places[found]
