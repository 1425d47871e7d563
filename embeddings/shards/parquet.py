"""A shard as a Parquet file; the only file that imports pyarrow.

    file, record                                     a row of each file: what reading it gave
    file, id, document, own, sizes, passages, likeness   a row of each of its documents, behind it
    digest, vector                                   a row of each different text

Each of the three fills some columns; documents and texts share no row group. Pages have checksums.
"""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from embeddings.digests import DIGEST_BYTES, Digests
from embeddings.records import Reading, Vectors
from embeddings.taken import Taken

Row = dict[str, Any]
_ID = b"winnow.shard"
_ROWS_AT_ONCE = 64
_TEXTS_AT_ONCE = 4096
_TAKEN = ("own", "sizes", "passages", "likeness")


@dataclass(frozen=True, slots=True)
class FileRows:
    """What reading a file gave: remarks, and each document's id, itself packed, and taken apart."""

    source: str
    sha256: str
    reading: Reading
    documents: Sequence[tuple[str, bytes, Taken]]

    def list_rows(self) -> Iterator[Row]:
        record = {
            "sha256": self.sha256,
            "unreadable": self.reading.unreadable,
            "notices": self.reading.notices,
        }
        yield {"file": _encode(self.source), "record": _encode(json.dumps(record))}
        for id, document, taken in self.documents:
            parts = {name: getattr(taken, name) for name in _TAKEN}
            parts["sizes"] = [size for sizes in taken.sizes for size in sizes]
            yield {"file": _encode(self.source), "id": int(id, 16), "document": document, **parts}


def _make_schema(shard: str, dimension: int) -> pa.Schema:
    binary = pa.large_binary()
    columns = [
        ("file", pa.binary()),  # a name may hold what is no UTF-8
        ("record", binary),
        ("id", pa.uint64()),
        ("document", binary),
        ("own", binary),
        ("sizes", pa.list_(pa.int64())),
        ("passages", binary),
        ("likeness", binary),
        ("digest", pa.binary(DIGEST_BYTES)),
        ("vector", pa.list_(pa.float32(), dimension)),
    ]
    return pa.schema(columns, metadata={_ID: shard.encode()})


def write_shard(shard: str, files: Sequence[FileRows], digests: Digests, vectors: Vectors) -> bytes:
    """The file as bytes, the same for the same values. `vectors` has a row for each digest."""
    schema = _make_schema(shard, vectors.shape[1])
    rows = [row for file in files for row in file.list_rows()]
    written = io.BytesIO()
    with pq.ParquetWriter(
        written,
        schema,
        compression="zstd",
        use_dictionary=False,
        write_page_checksum=True,
    ) as writer:
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            writer.write_table(pa.Table.from_pylist(some, schema))
        for start in range(0, len(digests), _TEXTS_AT_ONCE):
            own = slice(start, start + _TEXTS_AT_ONCE)
            writer.write_table(_make_texts(schema, digests[own], vectors[own]))
    return written.getvalue()


def _make_texts(schema: pa.Schema, digests: Digests, vectors: Vectors) -> pa.Table:
    count, dimension = vectors.shape
    columns = {
        "digest": pa.Array.from_buffers(
            schema.field("digest").type, count, [None, pa.py_buffer(digests.tobytes())]
        ),
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), dimension),
    }
    empty = {field.name: pa.nulls(count, field.type) for field in schema}
    return pa.table({**empty, **columns}, schema)


class ShardFile:
    """A shard that was made. Raises ValueError or OSError where it is not whole, or another."""

    def __init__(self, path: Path, shard: str) -> None:
        self._file = pq.ParquetFile(path, page_checksum_verification=True)
        if (self._file.schema_arrow.metadata or {}).get(_ID) != shard.encode():
            raise ValueError(f"{path} is not shard {shard}")
        groups = self._file.num_row_groups
        counts = [self._file.metadata.row_group(i).num_rows for i in range(groups)]
        self._starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self._read: tuple[object, list[Row]] = (None, [])

    def check(self) -> None:
        """Read all of it."""
        for group in range(self._file.num_row_groups):
            self._file.read_row_group(group)

    def list_rows(self) -> Iterator[tuple[int, str, int | None, Row]]:
        """Of each file, and of each document: its row, its file, the document's id, the record."""
        for group in range(self._file.num_row_groups):
            rows = self._read_rows(group, ("file", "id", "record"))
            for number, row in enumerate(rows, int(self._starts[group])):
                if row["file"] is not None:
                    record = json.loads(row["record"]) if row["record"] else {}
                    yield number, _decode(row["file"]), row["id"], record

    def read_document(self, row: int) -> bytes:
        """A document as `pack_document` packs it."""
        document: bytes = self._find(row, ("document",))["document"]
        return document

    def read_taken(self, row: int) -> Taken:
        """What it was taken apart into."""
        found = self._find(row, _TAKEN)
        flat = found["sizes"]
        sizes: list[Any] = [tuple(flat[at : at + 5]) for at in range(0, len(flat), 5)]
        return Taken(found["own"], sizes, found["passages"], found["likeness"])

    def _find(self, row: int, columns: Sequence[str]) -> Row:
        group = int(np.searchsorted(self._starts, row, side="right")) - 1
        return self._read_rows(group, columns)[row - int(self._starts[group])]

    def _read_rows(self, group: int, columns: Sequence[str]) -> list[Row]:
        """The group that was read last is kept: rows are asked for in their order."""
        if self._read[0] != (group, columns):
            table = self._file.read_row_group(group, columns=list(columns))
            self._read = (group, columns), table.to_pylist()
        return self._read[1]

    def read_vectors(self) -> Iterator[tuple[Digests, Vectors]]:
        """The digests of all texts, sorted, and their vectors, some at a time."""
        for group in range(self._file.num_row_groups):
            table = self._file.read_row_group(group, columns=["digest", "vector"])
            if table.column("digest").null_count:
                continue
            digests, vectors = (table.column(name).combine_chunks() for name in table.column_names)
            found = np.array(digests.to_pylist(), dtype=f"S{DIGEST_BYTES}")
            flat = vectors.flatten().to_numpy()
            yield found, flat.reshape(len(found), -1).astype(np.float32, copy=False)

    def close(self) -> None:
        self._file.close()


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
