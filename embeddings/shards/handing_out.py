"""Has workers make the shards of a build that are not there yet."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from embeddings.corpus import Progress
from embeddings.documents import SourceFile
from embeddings.shards.cutting import Shard, Ways, cut_files
from embeddings.shards.made import Made
from embeddings.shards.shelf import Shelf
from embeddings.shards.workers import Workers

_LOG = logging.getLogger("winnow")


def hand_out(
    files: Iterable[SourceFile],
    workers: Workers,
    describe: Callable[[], Ways],
    directory: Path,
    progress: Progress,
) -> Made | None:
    """What workers make of these files; None where they are no more than one shard, which the
    build itself has done before a worker has begun. `describe` says how they are to be made.

    Raises WorkersFailed, EncoderError, IndexUnwritable.
    """
    cut = list(cut_files(files))
    if len(cut) < 2:
        return None
    ways = {**describe(), "device": workers.device}
    shards = [Shard(some, ways) for some in cut]
    shelf = Shelf(directory)
    shelf.sweep(shards)
    left = [shard for shard in shards if not shelf.holds(shard)]
    done = len(shards) - len(left)
    progress("shards", done, len(shards))
    by: Counter[str] = Counter()
    for worker in workers.make(left, shelf.put) if left else ():
        by[worker] += 1
        progress("shards", done + by.total(), len(shards))
    told = [f"{count:,} by {name}" for name, count in sorted(by.items())]
    told += [f"{done:,} by an earlier build"] if done else []
    _LOG.info("%s shards made: %s", f"{len(shards):,}", ", ".join(told))
    return Made(shelf, shards)
