"""All figures of one index, in their order: limits, queries, throughput, memory, disk, build."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from embeddings.builds import Builds
from embeddings.encoders import Tokenizer
from embeddings.manifest import Manifest
from service.bench.building import BuildTimes
from service.bench.client import load
from service.bench.figures import Figure, describe_times
from service.bench.limits import measure_bandwidth, measure_layers, measure_product, read_shape
from service.bench.machine import count_usable_cores
from service.bench.server import Server, make_target, measure_memory, serve
from service.bench.stages import TOTAL, measure_stages
from service.search import Searcher

ALONE = "query, in process"
SERVED = "query, over HTTP"
LOADED = "throughput over HTTP"
_ARITHMETIC = "the encoder's arithmetic"
_BOTH = "the encoder's arithmetic and reading all vectors"
_WARMING = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is asked: of one client, of each number of clients, and for how many seconds.

    `product` are the rows of the large matrices, `read` the bytes read of memory.
    """

    queries: int = 1_000
    load: int = 4_000
    seconds: float = 5.0
    clients: tuple[int, ...] = (1, 4, 16)
    workers: tuple[int, ...] = field(
        default_factory=lambda: tuple(sorted({1, count_usable_cores()}))
    )
    product: int = 2048
    read: int = 512 * 2**20  # far beyond what caches hold

    @property
    def all_queries(self) -> int:
        """Enough for none to be asked twice of one server."""
        return _WARMING + self.queries + self.load * len(self.clients)


@dataclass(frozen=True, slots=True)
class Limits:
    """The least milliseconds that a query could take here; None where that is not known."""

    encoding: float | None
    scanning: float

    @property
    def both(self) -> float:
        return (self.encoding or 0.0) + self.scanning

    @property
    def against(self) -> str:
        return _BOTH if self.encoding else "reading all vectors"


def measure_limits(
    manifest: Manifest, tokenizer: Tokenizer, queries: Sequence[str], plan: Plan
) -> tuple[list[Figure], Limits]:
    """What the machine does at best, and what that makes of a query over this index."""
    group = "limits of this machine"
    product, bandwidth = measure_product(plan.product), measure_bandwidth(plan.read)
    vectors = manifest.counts["passages"] + manifest.counts["sentences"]
    size = 4 * manifest.encoder["dimension"] * vectors
    figures = [
        Figure(group, "large matrix product", product / 1e9, "GFLOP/s"),
        Figure(group, "reading memory", bandwidth / 1e9, "GB/s"),
    ]
    limits = Limits(None, 1000 * size / bandwidth)
    if shape := read_shape(tokenizer):
        tokens = round(median(tokenizer.count_tokens(queries))) + 2  # its first and last mark
        layers = measure_layers(shape, tokens)
        limits = Limits(1000 * shape.count_operations(tokens) / product, limits.scanning)
        figures += [
            Figure(
                group,
                f"the encoder's products, {tokens} tokens",
                layers / 1e9,
                "GFLOP/s",
                product / 1e9,
                "a large product",
            ),
            Figure(group, _ARITHMETIC, limits.encoding or 0.0, "ms"),
            Figure(
                group,
                "the same at the rate of its products",
                1000 * shape.count_operations(tokens) / layers,
                "ms",
            ),
        ]
    figures.append(Figure(group, "reading all vectors", limits.scanning, "ms"))
    return figures, limits


def measure_queries(searcher: Searcher, queries: Sequence[str], limits: Limits) -> Iterator[Figure]:
    """Percentiles by stage, after a pass that does not count: files come from the page cache."""
    measure_stages(searcher, queries)
    held: dict[str, tuple[float, str]] = {
        "dense": (limits.scanning, "reading all vectors"),
        TOTAL: (limits.both, limits.against),
    }
    if limits.encoding:
        held["encode"] = (limits.encoding, _ARITHMETIC)
    for stage, times in measure_stages(searcher, queries[_WARMING:]).items():
        yield describe_times(ALONE, stage, times, *held.get(stage, (None, "")))


def measure_served(
    index: str,
    encoder: str,
    plan: Plan,
    queries: Sequence[str],
    limits: Limits,
    alone: float,
    tell: Callable[[str], None],
) -> Iterator[Figure]:
    """What clients see of a server, by the number of its processes; start and memory of it."""
    targets = [make_target(query) for query in queries]
    for workers in plan.workers:
        named = f"{workers} worker" + ("s" if workers > 1 else "")
        tell(f"server, {named}")
        with serve(index, workers, encoder) as server:
            rest = targets[_WARMING + plan.queries :]
            load(server.host, server.port, targets[:_WARMING], 1, plan.seconds)
            one = targets[_WARMING : _WARMING + plan.queries]
            seen = load(server.host, server.port, one, 1, float("inf"))
            if workers == 1:
                yield from _compare_served(seen.milliseconds, limits, alone)
            yield Figure("start to first answer", named, server.started, "s")
            yield from _describe_memory(server, named, plan.queries)
            for i, clients in enumerate(plan.clients):
                own = rest[i * plan.load : (i + 1) * plan.load]
                seen = load(server.host, server.port, own, clients, plan.seconds)
                yield Figure(
                    LOADED,
                    f"{named}, {clients} client" + ("s" if clients > 1 else ""),
                    seen.rate,
                    "/s",
                    1000 / limits.both,
                    limits.against,
                    {"refused": seen.refused} if seen.refused else {},
                )


def _compare_served(
    milliseconds: Sequence[float], limits: Limits, alone: float
) -> Iterator[Figure]:
    total = describe_times(SERVED, TOTAL, milliseconds, limits.both, limits.against)
    yield total
    yield Figure(SERVED, "more than in process", total.value - alone, "ms")


def _describe_memory(server: Server, named: str, queries: int) -> Iterator[Figure]:
    memory = measure_memory(server.process)
    if memory is None:
        return
    group = f"memory after {queries:,} queries"
    yield Figure(group, f"{named}, anonymous", memory.anonymous, "MB")
    yield Figure(group, f"{named}, mapped files", memory.mapped, "MB")
    yield Figure(group, f"{named}, resident", memory.resident, "MB")


def describe_disk(manifest: Manifest) -> Iterator[Figure]:
    """The files of the build, largest first."""
    sizes = {name: facts["size"] for name, facts in manifest.files.items()}
    for name in sorted(sizes, key=lambda name: -sizes[name]):
        yield Figure("size on disk", name, sizes[name] / 1e6, "MB")
    total = sum(sizes.values())
    yield Figure("size on disk", "all files", total / 1e6, "MB")
    yield Figure("size on disk", "a passage", total / manifest.counts["passages"], "bytes")


def describe_build(built: BuildTimes) -> Iterator[Figure]:
    """Stages that took a hundredth of the time or more, and rates."""
    for stage, seconds in built.stages.items():
        if seconds >= built.seconds / 100:
            share = {"% of all": 100 * seconds / built.seconds}
            yield Figure("build", stage, seconds, "s", beside=share)
    yield Figure("build", "all", built.seconds, "s")
    yield Figure("build", "passages", built.passages / built.seconds, "/s")
    yield Figure(
        "build",
        "tokens",
        built.tokens / built.seconds,
        "/s",
        built.encoder_rate,
        "the encoder alone, over batches of like length",
    )


def describe_index(builds: Builds, manifest: Manifest, searcher: Searcher) -> dict[str, Any]:
    """Which build is measured, and what runs its encoder."""
    encoder = searcher._encoder
    return {
        "place": builds.place,
        "build": manifest.build,
        "passages": manifest.counts["passages"],
        "sentences": manifest.counts["sentences"],
        "encoder": manifest.encoder["name"],
        "runs_by": getattr(encoder, "runtime", type(encoder).__name__),
    }
