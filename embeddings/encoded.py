"""What a build has encoded, kept as it comes: one that is killed loses a few seconds of work.

A file beside the builds: a line that names the encoder, then records of one size, each the digest
of a text, its vector, and a sum over both. It belongs to the one build that may write, the next one
takes from it what it needs, and it goes when a build has been published. Whatever in it is torn,
damaged or another encoder's is encoded again, and never an error.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import IO
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from embeddings.durable import writing
from embeddings.encoders.protocol import EncoderIdentity
from embeddings.records import Numbers, Vectors

Digests = NDArray[np.bytes_]

_NAME = "encoded.part"
_FORMAT = 1
_DIGEST_BYTES = 16
_SECONDS_BETWEEN_SYNCS = 5.0
_AT_ONCE = 4096


def digest_texts(texts: Sequence[str]) -> Digests:
    """What each text is known by; two that differ have different ones."""
    return np.fromiter(
        (
            blake2b(t.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
            for t in texts
        ),
        dtype=f"S{_DIGEST_BYTES}",
        count=len(texts),
    )


def look_up(wanted: Digests, known: Digests) -> tuple[Numbers, Numbers]:
    """Which of the wanted digests are among the known ones, which are sorted, and where there."""
    places = np.searchsorted(known, wanted)
    places[places == len(known)] = 0
    found = np.flatnonzero(known[places] == wanted) if len(known) else np.empty(0, dtype=np.int64)
    return found, places[found]


class EncodedTexts:
    """The vectors that a build of this encoder left, and room for more. To be closed."""

    def __init__(self, directory: Path, identity: EncoderIdentity) -> None:
        self._directory = directory
        header = json.dumps({"format": _FORMAT, **asdict(identity)}, sort_keys=True)
        self._header = header.encode() + b"\n"
        self._record = np.dtype(
            [
                ("text", f"S{_DIGEST_BYTES}"),
                ("vector", "<f4", (identity.dimension,)),
                ("sum", "<u4"),
            ]
        )
        self._summed = self._record.itemsize - 4
        with writing(directory):
            self._file = (directory / _NAME).open("a+b")
            self._count = self._cut_off_rest(self._file)
        self._synced = time.monotonic()

    def _cut_off_rest(self, file: IO[bytes]) -> int:
        """The number of whole records; what follows them goes, or all where it is not ours."""
        file.seek(0)
        ours = file.readline(len(self._header)) == self._header
        size = os.fstat(file.fileno()).st_size if ours else 0
        count = max(0, size - len(self._header)) // self._record.itemsize
        file.truncate(len(self._header) + count * self._record.itemsize if ours else 0)
        if not ours:
            file.write(self._header)
            file.flush()
        return count

    def take(self, wanted: Digests) -> Iterator[tuple[Numbers, Vectors]]:
        """The places of those of the wanted texts that are here, and their vectors, in parts."""
        if not self._count:
            return
        records = np.memmap(
            self._file, self._record, "r", offset=len(self._header), shape=(self._count,)
        )
        texts = np.array(records["text"])
        order = np.argsort(texts, kind="stable")
        found, places = look_up(wanted, texts[order])
        for start in range(0, len(found), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            taken = np.array(records[order[places[some]]])
            sound = self._sum(taken) == taken["sum"]
            yield found[some][sound], taken["vector"][sound]

    def add(self, texts: Digests, vectors: Vectors) -> None:
        """Append, and every few seconds have it on the disk itself."""
        records = np.empty(len(texts), dtype=self._record)
        records["text"], records["vector"] = texts, vectors
        records["sum"] = self._sum(records)
        with writing(self._directory):
            self._file.write(records.tobytes())
            self._file.flush()
            if time.monotonic() - self._synced > _SECONDS_BETWEEN_SYNCS:
                os.fsync(self._file.fileno())
                self._synced = time.monotonic()

    def _sum(self, records: NDArray[np.void]) -> NDArray[np.uint32]:
        data, size = memoryview(records.tobytes()), self._record.itemsize
        sums = (crc32(data[at : at + self._summed]) for at in range(0, len(data), size))
        return np.fromiter(sums, dtype=np.uint32, count=len(records))

    def close(self) -> None:
        self._file.close()


def forget_encoded(directory: Path) -> None:
    """Remove the file, once a build holds what is in it."""
    (directory / _NAME).unlink(missing_ok=True)
