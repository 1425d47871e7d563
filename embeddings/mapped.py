"""Arrays larger than memory: in files without a name, which go with the last that looks at them."""

import os
from math import prod
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

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
    return _map(folder, (count, dimension), np.dtype(np.float32))


def map_numbers(folder: Path, count: int, kind: np.dtype[Any]) -> NDArray[Any]:
    """The same for so many numbers of a kind."""
    return _map(folder, (count,), kind) if count else np.empty(0, dtype=kind)


def _map(folder: Path, shape: tuple[int, ...], kind: np.dtype[Any]) -> NDArray[Any]:
    with writing(folder), TemporaryFile(dir=folder) as file:
        _take_room(file, prod(shape) * kind.itemsize)
        return np.asarray(np.memmap(file, dtype=kind, mode="r+", shape=shape))


def _take_room(file: IO[bytes], size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        return
    for start in range(0, size, _AT_ONCE):
        file.write(bytes(min(_AT_ONCE, size - start)))
    file.flush()
