"""What Prometheus is told of one server, all of its processes together.

Each application has a registry of its own. Where several processes share the work, each keeps its
counts in a file of their folder (as prometheus-client does where PROMETHEUS_MULTIPROC_DIR is set
before it is imported), and whichever is asked adds them up. Labels are templates of routes and
codes of errors, never anything that was asked.
"""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from embeddings.errors import WinnowError
from embeddings.manifest import Manifest
from service.api.errors import WHEN
from service.live import Live
from service.turns import Turns

STAGES = ("encode", "search", "rerank")
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_STAGE_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

# What the documentation says of each; tests hold it to what a server tells.
MEANINGS = {
    ("winnow_requests_total",): (
        "requests answered, by `route` (its template), `method` and `status`"
    ),
    ("winnow_request_seconds",): (
        "how long they took, waiting included, by `route` and `method`: a histogram"
    ),
    ("winnow_refusals_total",): "requests answered with an error, by its `code`",
    ("winnow_requests_in_progress", "winnow_queue_length"): (
        "requests that have a turn, and that wait for one"
    ),
    ("winnow_searches_total",): "searches, by whether anything `answered`",
    ("winnow_remembered_total",): (
        "those of them whose question was not encoded again: it was asked before, or just then by "
        "another"
    ),
    ("winnow_stage_seconds",): (
        "how long a search took in each `stage`: `encode`, `search`, `rerank`: a histogram"
    ),
    ("winnow_build_open", "winnow_build_info"): "whether a build is open, and which `build`",
    ("winnow_build_behind",): (
        "whether another build was published than the one in use: for a moment, or it was refused"
    ),
    ("winnow_build_age_seconds", "winnow_passages", "winnow_documents"): (
        "how old it is, and what it holds"
    ),
}


def keep_counts_of(slot: int) -> None:
    """Have this process count on in the files of the one that was in its place before.

    To be called before there are any counts.
    """
    values.ValueClass = values.MultiProcessValue(lambda: slot)  # type: ignore[no-untyped-call]


class Metrics:
    """Counts requests and searches. Safe to use from several threads."""

    def __init__(self, live: Live, turns: Turns, folder: Path | None = None) -> None:
        own = self.registry = CollectorRegistry()
        named = ("route", "method")
        self._requests = Counter(
            "winnow_requests", "Requests answered", (*named, "status"), registry=own
        )
        self._seconds = Histogram(
            "winnow_request_seconds", "Time of a request, waiting included", named, registry=own
        )
        self._refusals = Counter(
            "winnow_refusals",
            "Requests answered with an error",
            ("code",),
            registry=own,
        )
        self._searches = Counter(
            "winnow_searches", "Searches, by whether anything answered", ("answered",), registry=own
        )
        self._remembered = Counter(
            "winnow_remembered",
            "Searches for what was asked before, or just then by another, and not encoded again",
            registry=own,
        )
        self._stages = Histogram(
            "winnow_stage_seconds",
            "Time of each stage of a search",
            ("stage",),
            buckets=_STAGE_BUCKETS,
            registry=own,
        )
        for answered in ("true", "false"):
            self._searches.labels(answered)
        for stage in STAGES:
            self._stages.labels(stage)
        for code in WHEN:  # a count that begins at one is no increase to an alert rule
            self._refusals.labels(code)
        if folder is not None:
            self.registry = CollectorRegistry()
            MultiProcessCollector(self.registry, str(folder))  # type: ignore[no-untyped-call]
        self.registry.register(_Now(live, turns))

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        known = method if method in METHODS else "other"
        self._requests.labels(route, known, status).inc()
        self._seconds.labels(route, known).observe(seconds)

    def count_refusal(self, code: str) -> None:
        self._refusals.labels(code).inc()

    def count_search(self, took_ms: dict[str, float], answered: bool) -> None:
        self._searches.labels(str(answered).lower()).inc()
        for stage in STAGES:
            self._stages.labels(stage).observe(took_ms[stage] / 1000)

    def count_remembered(self, searches: int) -> None:
        self._remembered.inc(searches)

    def show(self) -> bytes:
        """All of them, in Prometheus's text format."""
        return generate_latest(self.registry)


class _Now(Collector):
    """What is so at the moment: turns taken, the build in use."""

    def __init__(self, live: Live, turns: Turns) -> None:
        self._live = live
        self._turns = turns

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(
            "winnow_requests_in_progress", "Requests that have a turn", value=self._turns.taken
        )
        yield GaugeMetricFamily(
            "winnow_queue_length", "Requests that wait for a turn", value=self._turns.waiting
        )
        try:
            manifest = self._live.searcher.manifest
        except WinnowError:
            yield GaugeMetricFamily("winnow_build_open", "Whether a build is open", value=0)
            return
        behind = GaugeMetricFamily(
            "winnow_build_behind",
            "Whether another build was published than the one in use",
            value=self._live.is_behind,
        )
        yield behind
        yield GaugeMetricFamily("winnow_build_open", "Whether a build is open", value=1)
        yield from _describe_build(manifest)


def _describe_build(manifest: Manifest) -> Iterator[GaugeMetricFamily]:
    info = GaugeMetricFamily("winnow_build_info", "The build in use", labels=("build",))
    info.add_metric((manifest.build,), 1)
    yield info
    age = time.time() - datetime.fromisoformat(manifest.created).timestamp()
    yield GaugeMetricFamily("winnow_build_age_seconds", "Time since it was begun", value=age)
    for name in ("documents", "passages"):
        yield GaugeMetricFamily(f"winnow_{name}", f"Its {name}", value=manifest.counts[name])
