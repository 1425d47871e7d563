"""What workers made, as a build takes it over: documents as if of an earlier build, and vectors."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import numpy as np

from embeddings.corpus import Earlier
from embeddings.digests import Digests
from embeddings.records import Document, Numbers, Vectors
from embeddings.shards.cutting import Shard
from embeddings.shards.parquet import ShardFile
from embeddings.shards.shelf import Shelf
from embeddings.taken import Taken, unpack_document


class Made:
    """The shards of a build. In memory a document takes 32 bytes; one shard at a time is open."""

    def __init__(self, shelf: Shelf, shards: Sequence[Shard]) -> None:
        self._shelf = shelf
        self._shards = shards
        self._open: tuple[int, ShardFile] | None = None
        sources: dict[str, dict[str, Any]] = {}
        documents: defaultdict[str, array[int]] = defaultdict(lambda: array("Q"))
        ids, places = array("Q"), array("q")
        for number, shard in enumerate(shards):
            files = {file.source: file for file in shard.files}
            for row, source, id, record in self._take(number).list_rows():
                if id is None:
                    known = {"size": files[source].size, "modified_ns": files[source].modified_ns}
                    sources[source] = {**record, **known}
                else:
                    documents[source].append(id)
                    ids.append(id)
                    places.append(number << 32 | row)
        order = np.argsort(np.asarray(ids, dtype=np.uint64), kind="stable")
        self._ids = np.asarray(ids, dtype=np.uint64)[order]
        self._places: Numbers = np.asarray(places, dtype=np.int64)[order]
        # Each document was taken apart as if it stood alone.
        self.corpus = Earlier(
            sources, documents, frozenset(), self._recall, self._recall_taken, as_read=True
        )

    def _recall(self, ids: Sequence[int]) -> Iterator[Document]:
        for file, row in self._find(ids):
            yield unpack_document(file.read_document(row))

    def _recall_taken(self, ids: Sequence[int]) -> Iterator[Taken]:
        for file, row in self._find(ids):
            yield file.read_taken(row)

    def _find(self, ids: Sequence[int]) -> Iterator[tuple[ShardFile, int]]:
        """Of two documents with one id, the first: the other is refused for its name."""
        for at in np.searchsorted(self._ids, np.asarray(ids, dtype=np.uint64)).tolist():
            number, row = divmod(int(self._places[at]), 1 << 32)
            yield self._take(number), row

    def _take(self, number: int) -> ShardFile:
        """The one read last stays open: they are read in their order."""
        if self._open is None or self._open[0] != number:
            self.close()
            self._open = number, self._shelf.open(self._shards[number])
        return self._open[1]

    def __iter__(self) -> Iterator[tuple[Digests, Vectors]]:
        """The digests of the texts, sorted in each part, and their vectors."""
        for shard in self._shards:
            with closing(self._shelf.open(shard)) as file:
                yield from file.read_vectors()

    def close(self) -> None:
        if self._open is not None:
            self._open[1].close()
        self._open = None

    def forget(self) -> None:
        """A published build holds all of it now."""
        self.close()
        self._shelf.forget()
