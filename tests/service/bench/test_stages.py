"""Where time goes: each part of a search under its stage, each moment of a build under its own."""

import time

import pytest

from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from service.bench.building import StageClock, list_texts, measure_encoder
from service.bench.stages import REST, STAGES, TOTAL, measure_stages
from service.query import Query
from service.search import Searcher


@pytest.fixture
def searcher(tiny_artifact: Artifact) -> Searcher:
    manifest, index = tiny_artifact.open()
    return Searcher(manifest, index, HashingEncoder())


def test_the_stages_of_a_query_add_up_to_all_of_it(searcher: Searcher) -> None:
    times = measure_stages(searcher, ["bees in winter", "the old bridge"])
    assert times.keys() == {*STAGES, REST, TOTAL}
    assert all(len(own) == 2 for own in times.values())
    assert all(min(own) > 0 for own in times.values())
    for i in range(2):
        parts = sum(times[stage][i] for stage in (*STAGES, REST))
        assert parts == pytest.approx(times[TOTAL][i])


def test_a_searcher_that_was_measured_answers_as_before(searcher: Searcher) -> None:
    before = searcher.search(Query("bees in winter")).hits
    measure_stages(searcher, ["salt"])
    assert searcher.search(Query("bees in winter")).hits == before
    assert type(searcher._encoder) is HashingEncoder


def test_time_goes_to_the_stage_named_last(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 1.0, 3.0, 6.0, 10.0, 15.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(moments))
    told: list[tuple[str, int, int]] = []
    clock = StageClock(lambda *report: told.append(report))
    for report in (("reading", 0, 2), ("reading", 1, 2), ("reading", 2, 2), ("encoding", 0, 5)):
        clock(*report)
    assert clock.stop() == 15.0
    assert clock.seconds == {
        "before reading": 1.0,
        "reading": 5.0,
        "after reading": 4.0,
        "encoding": 5.0,
    }
    assert told[0] == ("reading", 0, 2)


def test_the_encoder_alone_reads_what_a_build_reads(tiny_artifact: Artifact) -> None:
    manifest, index = tiny_artifact.open()
    texts, pooled = (list_texts(index, pooled) for pooled in (False, True))
    index.close()
    assert len(pooled) == manifest.counts["passages"] < len(texts)
    assert len(texts) == len(set(texts))
    assert len(texts) <= manifest.counts["passages"] + manifest.counts["sentences"]
    encoder = HashingEncoder()
    assert measure_encoder(encoder, texts, encoder.count_tokens(texts)) > 0
