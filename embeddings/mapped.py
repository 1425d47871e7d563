"""Arrays larger than memory: in files without a name, which go with the last that looks at them."""

import os
from math import prod
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np
from numpy.typing import NDArray

from embeddings.durable import writing
from embeddings.records import Vectors

_AT_ONCE = 1 << 24


def map_vectors(folder: Path, count: int, dimension: int) -> Vectors:
    """Room for so many vectors on the disk of a folder, mapped into memory.

    All of it is taken at once: a disk that fills up under a map kills the process. Raises
    IndexUnwritable where there is not so much.
    """
    if not count:
        return np.empty((0, dimension), dtype=np.float32)
    with writing(folder), TemporaryFile(dir=folder) as file:
        _take_room(file, prod((count, dimension, np.dtype(np.float32).itemsize)))
        mapped = np.memmap(file, dtype=np.float32, mode="r+", shape=(count, dimension))
    vectors: NDArray[np.float32] = np.asarray(mapped)
    return vectors


def _take_room(file: IO[bytes], size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        return
    for start in range(0, size, _AT_ONCE):
        file.write(bytes(min(_AT_ONCE, size - start)))
    file.flush()
