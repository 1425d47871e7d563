"""Where the time of a query goes: the parts of a Searcher, each wrapped to say how long it took."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.query import Query
from service.search import Searcher

REST = "fusion, highlights and all else"
TOTAL = "total"
# Of the encoder, the vocabulary (which asks the index under its own name) and the index: method ->
# the stage.
_PARTS: tuple[Mapping[str, str], ...] = (
    {"encode_queries": "encode"},
    {"read": "words"},
    {
        "dense": "dense",
        "lexical": "lexical",
        "signals": "signals",
        "occurrences": "occurrences",
        "read": "read",
        "sentence_cosines": "read",
    },
)
STAGES = tuple(dict.fromkeys(stage for part in _PARTS for stage in part.values()))


class _Timed:
    """Anything, with the seconds that some of its methods take noted by stage."""

    def __init__(self, inner: object, stages: Mapping[str, str], took: dict[str, float]) -> None:
        self._inner = inner
        self._stages = stages
        self._took = took

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        stage = self._stages.get(name)
        if stage is None:
            return found

        def call(*values: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return found(*values, **named)
            finally:
                self._took[stage] += time.perf_counter() - started

        return call


def measure_stages(searcher: Searcher, queries: Sequence[str]) -> dict[str, list[float]]:
    """Stage -> its milliseconds for each query, one after the other; their total, and the rest."""
    took: dict[str, float] = defaultdict(float)
    questions = searcher._questions
    parts = (searcher._encoder, questions._vocabulary, searcher._index)
    timed_parts: Iterator[Any] = (
        _Timed(part, stages, took) for part, stages in zip(parts, _PARTS, strict=True)
    )
    encoder, vocabulary, index = timed_parts
    timed = Searcher(searcher.manifest, index, encoder, searcher.reranking)
    timed._questions._vocabulary = vocabulary  # as it is, and not over what is timed already
    times: dict[str, list[float]] = {stage: [] for stage in (*STAGES, REST, TOTAL)}
    for query in queries:
        took.clear()
        started = time.perf_counter()
        timed.search(Query(query))
        total = time.perf_counter() - started
        took[REST], took[TOTAL] = total - sum(took.values()), total
        for stage, own in times.items():
            own.append(1000 * took[stage])
    return times
