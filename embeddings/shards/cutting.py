"""The files of a corpus -> shards of a fixed size, in the order of the files.

A shard is known by all that its content follows from, so that the same one is never made twice.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from embeddings import __version__
from embeddings.documents import SourceFile
from embeddings.documents.reading import read_whole
from embeddings.earlier import list_libraries
from embeddings.encoders import Encoder
from embeddings.errors import UnreadableDocument
from embeddings.options import BuildOptions

# Some minutes' work of one core at most; it is what the end of a worker costs.
SHARD_BYTES = 4 << 20
_MOST_FILES = 1000
# A shard is held in memory with all its vectors. A larger file is left to the build itself, which
# works in parts.
_LARGEST_FILE = 32 << 20
_FORMAT = 1

Ways = Mapping[str, Any]
"""How a shard is made, as JSON has it: all that decides what comes of a file."""


def describe_ways(
    load_encoder: Callable[[], Encoder], encoder_name: str, options: BuildOptions
) -> Ways:
    """Those of a build; the workers add their device. The model is here, then, for them to find."""
    return {
        "version": __version__,
        "libraries": list_libraries(),
        "identity": asdict(load_encoder().identity),
        "encoder": encoder_name,
        "keep_all": options.keep_all,
        "reading": asdict(options.reading),
    }


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is told of a shard: `names` are the source and the ending of each file.

    Their bytes go beside it, so that a worker needs none of the folders.
    """

    shard: str
    ways: Ways
    names: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shard:
    """Files to be read, taken apart and encoded together, and how."""

    files: Sequence[SourceFile]
    ways: Ways

    @property
    def id(self) -> str:
        """A hash of all that decides what comes of it."""
        files = [[file.source, str(file.path), file.size, file.modified_ns] for file in self.files]
        told = json.dumps([_FORMAT, self.ways, files], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def __str__(self) -> str:
        """For people: its id, and which files it is of."""
        first, last = self.files[0].source, self.files[-1].source
        files = first if len(self.files) == 1 else f"{len(self.files):,} files, {first} to {last}"
        return f"shard {self.id[:8]} ({files})"

    def read(self) -> tuple[Order, list[bytes]]:
        """What to tell a worker. What cannot be read is left to the build, which says why."""
        names, contents = [], []
        for file in self.files:
            try:
                contents.append(read_whole(file))
            except UnreadableDocument:
                continue
            names.append((file.source, file.path.suffix.lower()))
        return Order(self.id, self.ways, names), contents


def cut_files(files: Iterable[SourceFile]) -> Iterator[list[SourceFile]]:
    """Those of each shard; the largest files are in none, nor is a second one of the same name."""
    some: list[SourceFile] = []
    size, before = 0, ""
    for file in files:
        if file.size > _LARGEST_FILE or file.source == before:
            continue
        if some and (size + file.size > SHARD_BYTES or len(some) == _MOST_FILES):
            yield some
            some, size = [], 0
        some.append(file)
        size, before = size + file.size, file.source
    if some:
        yield some
