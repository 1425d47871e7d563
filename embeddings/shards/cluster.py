"""Workers as tasks on a Ray cluster that is there already; the only file that imports ray.

The bytes of files go out and those of shards come back by Ray, so that no disk need be shared. On
every node Winnow is installed as it is here. A task whose worker or node ends is done again by Ray.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from embeddings.errors import WinnowError, WorkersFailed
from embeddings.shards.cutting import Order, Shard
from embeddings.shards.workers import MOST_TRIES, Keep, describe_failure

_HERE = ("ray", "ray://", "ray://auto")
_CLIENT = "ray://"
_AHEAD = 2  # tasks for each processor
_SAME_EVERYWHERE = "on every node install the same winnow-search[workers] and Python as here"


class Cluster:
    """A Ray cluster by its address: that of its client server, or `ray` for the one joined here."""

    def __init__(self, address: str, device: str) -> None:
        self.device = device
        self._address = "auto" if address in _HERE else address

    def make(self, shards: Sequence[Shard], keep: Keep) -> Iterator[str]:
        import ray

        with self._connected():
            task = ray.remote(num_cpus=1, max_retries=MOST_TRIES - 1)(_make_here)
            waiting: dict[Any, Shard] = {}
            left = iter(shards)
            while True:
                room = max(1, _count_processors()) * _AHEAD - len(waiting)
                for _, shard in zip(range(room), left, strict=False):
                    waiting[task.remote(*shard.read())] = shard
                if not waiting:
                    return
                done, _ = ray.wait(list(waiting))
                yield _take(done[0], waiting.pop(done[0]), keep)

    @contextmanager
    def _connected(self) -> Iterator[None]:
        import ray

        try:
            ray.init(
                self._address, log_to_driver=False, configure_logging=False, namespace="winnow"
            )
        except Exception as error:  # each version tells of it by other kinds
            raise self._describe(error) from error
        try:
            yield
        finally:
            ray.shutdown()

    def _describe(self, error: Exception) -> WorkersFailed:
        told = str(error).strip().splitlines()[-1:]
        if self._address == "auto":
            return WorkersFailed(
                f"this machine has joined no Ray cluster: {told[0] if told else error!r}",
                "join one, `ray start --address=HOST:PORT`, or begin one, `ray start --head`; or "
                "give --workers a number for processes of this machine",
            )
        return WorkersFailed(
            f"no Ray cluster can be used at {self._address}: {told[0] if told else error!r}",
            "check that `ray start --head` runs there and that this is the port of its client "
            "server (10001), with the same Ray and Python as here, and that RAY_AUTH_TOKEN is the "
            "cluster's",
        )


def _make_here(order: Order, contents: Sequence[bytes]) -> tuple[bytes, str]:
    """For a worker: the shard, and the id of the node."""
    import ray

    from embeddings.shards.making import make_shard

    return make_shard(order, contents), ray.get_runtime_context().get_node_id()


def _take(done: Any, shard: Shard, keep: Keep) -> str:
    """Keep what a task gave; the address of the node it ran on."""
    import ray
    from ray.exceptions import RayError, RayTaskError

    try:
        made, node = ray.get(done)
    except RayTaskError as error:
        cause = error.cause if isinstance(error.cause, Exception) else error
        if isinstance(cause, WinnowError):
            raise cause from error
        told = str(cause).strip().splitlines() or [repr(cause)]
        raise WorkersFailed(f"a worker failed at {shard}: {told[-1]}", _SAME_EVERYWHERE) from error
    except RayError as error:
        raise describe_failure(
            shard, (str(error).strip() or repr(error)).splitlines()[0]
        ) from error
    keep(shard, made)
    return _name_node(node)


def _count_processors() -> int:
    import ray

    found: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return int(found.get("CPU", 1))


def _name_node(node: str) -> str:
    """Its address."""
    import ray

    nodes: list[dict[str, str]] = ray.nodes()  # type: ignore[no-untyped-call]
    return next((one["NodeManagerAddress"] for one in nodes if one["NodeID"] == node), node)
