"""A folder answers alike out of files and out of a database, with the real model."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.builds import Builds, open_builds
from embeddings.encoders import DEFAULT_ENCODER, Encoder, load_encoder, load_tokenizer
from embeddings.records import Filter
from service.evaluation.questions import read_questions
from service.evaluation.remembering import Remembering
from service.live import Live
from service.query import MODES, Query
from service.search import Hit, Results, Searcher
from tests.cluster.servers import Programs, run_server

pytestmark = [pytest.mark.cluster, pytest.mark.model]
SEEDS = Path(__file__).parents[2] / "seeds"
NEAR = 1e-3  # what half precision may change of a score
QUESTIONS = [one.text for one in read_questions(SEEDS / "questions.jsonl")]
FILTERS = {
    "source": Filter(source="*uzbek*"),
    "language": Filter(language="en"),
    "after": Filter(after="2017"),
    "before": Filter(before="2017-06"),
    "nothing": Filter(source="nowhere/*"),
}

Both = tuple[Searcher, Searcher]


@pytest.fixture(scope="module")
def both(
    programs: tuple[Programs, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    """The same folder, embedded and in a database of a server of its own."""
    encoder = Remembering(load_encoder(DEFAULT_ENCODER))
    with run_server(*programs) as server:
        server.sql("CREATE EXTENSION vector")
        embedded = Artifact(tmp_path_factory.mktemp("embedded"))
        stored = open_builds(server.address(), tmp_path_factory.mktemp("workspace"))
        with closing(_build(embedded, encoder)) as one, closing(_build(stored, encoder)) as other:
            yield one.open(), other.open()


def _build(builds: Builds, encoder: Encoder) -> Live:
    tokenizer = load_tokenizer(DEFAULT_ENCODER)
    build_index([SEEDS], builds, lambda: encoder, tokenizer, DEFAULT_ENCODER)
    return Live(builds, lambda name: encoder)


def _compare(both: Both, query: Query) -> None:
    embedded, stored = (searcher.search(query) for searcher in both)
    assert stored.answered == embedded.answered
    assert (stored.answers, stored.total) == (embedded.answers, embedded.total)
    assert stored.facets == embedded.facets
    assert (stored.terms, stored.notices) == (embedded.terms, embedded.notices)
    assert stored.background == pytest.approx(embedded.background, abs=NEAR)
    _compare_hits(embedded, stored)


def _compare_hits(embedded: Results, stored: Results) -> None:
    """The same hits in the same order; what scores alike but for rounding may have changed places,
    at the end of the list with one that is not on it.
    """
    assert len(stored.hits) == len(embedded.hits)
    known = {hit.stored.number: hit for hit in embedded.hits}
    for own, other in zip(embedded.hits, stored.hits, strict=True):
        assert other.score == pytest.approx(own.score, abs=NEAR)
        same = known.get(other.stored.number)
        if same is None:
            assert other.score == pytest.approx(embedded.hits[-1].score, abs=NEAR)
            continue
        assert _describe(other) == _describe(same)
        assert other.score == pytest.approx(same.score, abs=NEAR)
        assert other.confidence == pytest.approx(same.confidence, abs=NEAR)
        assert other.signals == pytest.approx(same.signals, abs=NEAR)


def _describe(hit: Hit) -> tuple[object, ...]:
    """All of a hit that is no measured number: passage, title, other places."""
    return hit.answer, hit.stored


@pytest.mark.parametrize("text", QUESTIONS)
def test_each_question_has_the_same_answer(both: Both, text: str) -> None:
    _compare(both, Query(text, k=20, facets=True))


def test_the_same_sentences_are_marked(both: Both) -> None:
    """Where two come next to each other within the rounding, another one may be."""
    alike, marked = 0, 0
    for text in QUESTIONS:
        embedded, stored = (searcher.search(Query(text, k=20)).hits for searcher in both)
        known = {hit.stored.number: hit.highlights for hit in embedded}
        pairs = [(h.highlights, known.get(h.stored.number, h.highlights)) for h in stored]
        assert pairs[0][0] == pairs[0][1]
        alike += sum(own == other for own, other in pairs)
        marked += len(pairs)
    assert alike / marked > 0.995


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", FILTERS)
def test_filters_leave_the_same(both: Both, mode: str, name: str) -> None:
    for text in QUESTIONS[:10]:
        _compare(both, Query(text, mode=mode, filter=FILTERS[name], facets=True))


def test_order_by_date_and_later_pages_are_the_same(both: Both) -> None:
    for text in QUESTIONS[:10]:
        _compare(both, Query(text, sort="date"))
        _compare(both, Query(text, k=5, offset=25))


def test_all_else_that_is_asked_is_the_same(both: Both) -> None:
    embedded, stored = both
    assert stored.documents(0, 100) == embedded.documents(0, 100)
    for summary in embedded.documents(0, 100)[1]:
        assert stored.document(summary.id) == embedded.document(summary.id)
    hits = embedded.search(Query(QUESTIONS[0])).hits
    for hit in hits:
        passage_id = hit.stored.passage.id
        assert stored.passage(passage_id) == embedded.passage(passage_id)
        _compare_hits(embedded.similar(passage_id, 5), stored.similar(passage_id, 5))
    assert _list_points(stored) == _list_points(embedded)


def _list_points(searcher: Searcher) -> list[tuple[int, float, float]]:
    points = searcher.map_points(1000)
    return [(one.stored.number, round(one.x, 5), round(one.y, 5)) for one in points]
