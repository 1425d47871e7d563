"""Sequences larger than memory: records in a file without a name, read when they are asked for."""

import os
import weakref
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from embeddings.durable import writing

Item = TypeVar("Item")


class Loaded(Sequence[Item], ABC):
    """A sequence each of whose items is made when it is asked for."""

    @abstractmethod
    def _load(self, place: int) -> Item: ...

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | Sequence[Item]:
        count = len(self)
        if isinstance(place, slice):
            return [self._load(one) for one in range(*place.indices(count))]
        if not -count <= place < count:
            raise IndexError(place)
        return self._load(place % count)


class Lazy(Loaded[Item]):
    """So many items, each given by a function of its place."""

    def __init__(self, count: int, read: Callable[[int], Item]) -> None:
        self._count = count
        self._read = read

    def __len__(self) -> int:
        return self._count

    def _load(self, place: int) -> Item:
        return self._read(place)


class Bytes:
    """A file on the disk of a folder that grows. Raises IndexUnwritable where it is full."""

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._folder = folder
        with writing(folder):
            self._file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  # closed below
        weakref.finalize(self, self._file.close)

    def append(self, data: bytes) -> None:
        self.size += len(data)
        rest = memoryview(data)
        with writing(self._folder):
            while rest:  # a disk that is nearly full takes a part
                rest = rest[self._file.write(rest) :]

    def read(self, start: int, size: int) -> bytes:
        return os.pread(self._file.fileno(), size, start)

    def map(self, kind: np.dtype[np.void]) -> NDArray[np.void]:
        """All of it as records, mapped into memory. It holds one at least."""
        return np.asarray(np.memmap(self._file, dtype=kind, mode="r"))


class Records(Loaded[Item]):
    """Items on the disk of a folder, eight bytes of memory each."""

    def __init__(
        self, folder: Path, pack: Callable[[Item], bytes], unpack: Callable[[bytes], Item]
    ) -> None:
        self._pack, self._unpack = pack, unpack
        self._bytes = Bytes(folder)
        self._ends = array("q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, item: Item, /) -> None:
        self.append_packed(self._pack(item))

    def append_packed(self, data: bytes) -> None:
        self._bytes.append(data)
        self._ends.append(self._bytes.size)

    def read_packed(self, place: int) -> bytes:
        return self._bytes.read(self._ends[place], self.measure(place))

    def measure(self, place: int) -> int:
        """The bytes it takes."""
        return self._ends[place + 1] - self._ends[place]

    def _load(self, place: int) -> Item:
        return self._unpack(self.read_packed(place))
