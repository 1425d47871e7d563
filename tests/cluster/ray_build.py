"""Builds a folder on a Ray cluster, as a program: `FOLDER INDEX ADDRESS [MARK]`.

The node with that mark is killed once both have made a shard. Prints who made each.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.encoders.hashing import HashingEncoder
from embeddings.shards import cutting
from embeddings.shards.cluster import Cluster
from embeddings.shards.cutting import Shard
from embeddings.shards.workers import Keep
from tests.cluster.nodes import kill_all

SHARD_BYTES = 30_000


class _Watched(Cluster):
    """One that notes who made each shard, and which were left when a node was killed."""

    def __init__(self, address: str, mark: str) -> None:
        super().__init__(address, "cpu")
        self._mark = mark
        self.by: list[str] = []
        self.kept: list[str] = []
        self.left = -1

    def make(self, shards: Sequence[Shard], keep: Keep) -> Iterator[str]:
        def noted(shard: Shard, made: bytes) -> None:
            self.kept.append(shard.id)
            keep(shard, made)

        for name in super().make(shards, noted):
            self.by.append(name)
            if self._mark and self.left < 0 and len(set(self.by)) == 2:
                self.left = len(shards) - len(self.by)
                kill_all(self._mark)
            yield name


def main(folder: str, index: str, address: str, mark: str = "") -> None:
    cutting.SHARD_BYTES = SHARD_BYTES
    workers, encoder = _Watched(address, mark), HashingEncoder()
    build_index(
        [Path(folder)],
        Artifact(Path(index)),
        lambda: encoder,
        encoder,
        "hashing",
        workers=workers,
    )
    print(json.dumps({"by": workers.by, "kept": workers.kept, "left": workers.left}))


if __name__ == "__main__":
    main(*sys.argv[1:])
