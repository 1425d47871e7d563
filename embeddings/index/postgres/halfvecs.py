"""Vectors as pgvector's `halfvec` sends them: how many and 0 in 16 bits each, then the halves,
all with the most significant byte first. And other values of NumPy's, as the client takes them.
"""

import struct
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_HEAD = struct.Struct(">hh")


def encode_halfvec(vector: Any) -> bytes:
    """The bytes of a vector, [dimension], of any numbers."""
    halves = np.asarray(vector).astype(">f2")
    return _HEAD.pack(len(halves), 0) + halves.tobytes()


def decode_halfvec(data: bytes) -> NDArray[np.float32]:
    """The vector of these bytes, [dimension]."""
    return np.frombuffer(data, ">f2", offset=_HEAD.size).astype(np.float32)


def make_plain(values: Iterable[object]) -> list[object]:
    """The values, whole numbers of NumPy's as Python's; vectors stay, for `encode_halfvec`."""
    return [_make_plain(value) for value in values]


def _make_plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind == "f" and value.ndim == 1 else value.tolist()
    return value.item() if isinstance(value, np.generic) else value
