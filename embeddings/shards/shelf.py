"""The finished shards of a build, in a folder beside the builds until one is published.

A build that was killed finds them there, and has the others made alone.
"""

import shutil
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from embeddings.durable import make_folder, sync, writing
from embeddings.shards.cutting import Shard
from embeddings.shards.parquet import ShardFile


class Shelf:
    """Where they are. Raises IndexUnwritable."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / "shards"

    def locate(self, shard: Shard) -> Path:
        return self._folder / f"{shard.id}.parquet"

    def open(self, shard: Shard) -> ShardFile:
        return ShardFile(self.locate(shard), shard.id)

    def holds(self, shard: Shard) -> bool:
        """Whether it is here, whole."""
        try:
            with closing(self.open(shard)) as file:
                file.check()
        except (OSError, ValueError):  # pyarrow tells by these of a file that is damaged
            return False
        return True

    def put(self, shard: Shard, made: bytes) -> None:
        """All of it or nothing, and from then on for good."""
        path = self.locate(shard)
        aside = path.with_suffix(".part")
        with writing(self._folder):
            make_folder(self._folder)
            aside.write_bytes(made)
            sync(aside)
            aside.rename(path)
            sync(self._folder)

    def sweep(self, shards: Iterable[Shard]) -> None:
        """Remove all but these."""
        wanted = {self.locate(shard) for shard in shards}
        if self._folder.is_dir():
            for path in set(self._folder.iterdir()) - wanted:
                path.unlink()

    def forget(self) -> None:
        """A published build holds all of it now."""
        shutil.rmtree(self._folder, ignore_errors=True)
