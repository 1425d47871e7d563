"""Who makes the shards of a build: processes of this machine, or a Ray cluster."""

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Protocol

from embeddings.errors import WorkersFailed
from embeddings.shards.cutting import Shard

MOST_TRIES = 3
Keep = Callable[[Shard, bytes], None]


class Workers(Protocol):
    """They make each shard at least once, in any order, and keep it before they tell of it.

    One that ends in the middle costs its shard alone, which another makes again.
    """

    @property
    def device(self) -> str:
        """What their encoders run on."""
        ...

    def make(self, shards: Sequence[Shard], keep: Keep) -> Iterator[str]:
        """Of each shard, once it is kept, the name of who made it.

        Raises WorkersFailed where none is to be had, or one shard ends them all; EncoderError.
        """
        ...


def open_workers(given: int | str, device: str) -> Workers | None:
    """Those that `--workers` names: a number of processes, or a cluster; None for one process.

    Raises WorkersFailed where what they need is not installed.
    """
    if given == 1:
        return None
    if isinstance(given, int):
        _require("pyarrow")
        from embeddings.shards.crew import Crew

        return Crew(given, device)
    _require("pyarrow", "ray")
    from embeddings.shards.cluster import Cluster

    return Cluster(given, device)


def _require(*packages: str) -> None:
    if missing := [name for name in packages if find_spec(name) is None]:
        raise WorkersFailed(
            f"--workers needs {' and '.join(missing)}, which is not installed",
            "install it: pip install 'winnow-search[workers]'; or build without --workers",
        )


def describe_failure(shard: Shard, how: str) -> WorkersFailed:
    """What is said of a shard at which workers end again and again."""
    return WorkersFailed(
        f"workers ended {MOST_TRIES} times at {shard}, the last time so: {how}",
        "mostly memory ran out: take fewer workers, or take the files named out of the folder one "
        "by one; build again, and what was made stays made",
    )
