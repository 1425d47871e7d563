"""A reranker adds its value to the score of the first candidates, as far as its time goes."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder, load_reranker
from embeddings.encoders.protocol import RerankerIdentity
from embeddings.records import Filter, Vectors
from service.app import create_app
from service.live import Live
from service.query import Query
from service.reranking import BATCH, DEPTH, Reranking
from service.search import Hit, Results, Searcher
from tests.embeddings.building import write_files
from tests.service.building import build

MODES = ("hybrid", "dense", "lexical")
QUESTION = "How many boats did the village build?"
PLACES = (
    "Arle Brin Cove Dorn Elba Fenn Gora Holm Isle Jura Kari Loch Muir Nore Oban Pell Quay Rhos "
    "Skye Tarn Ulva Vane Wick Yell Zenn"
).split()
WANTED = "Rhos"


class Judge:
    """Takes the passages that name one village for the answer; each batch takes it a second."""

    identity = RerankerIdentity("judge", "f" * 64)

    def __init__(self) -> None:
        self.now = 0.0
        self.read: list[str] = []

    def tell_time(self) -> float:
        return self.now

    def score(self, query: str, texts: Sequence[str]) -> Vectors:
        assert query
        assert len(texts) <= BATCH
        self.now += 1
        self.read += texts
        return np.array([0.9 if WANTED in text else 0.25 for text in texts], dtype=np.float32)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 75 passages that are much alike: more than a reranker is given."""
    rows = (
        {
            "id": f"{place}-{year}",
            "text": f"In {year} the village of {place} built {number + 2} {what} for its fishermen "
            f"and paid for them in salted {fish}.",
        }
        for number, place in enumerate(PLACES)
        for year, what, fish in ((1804, "boats", "cod"), (1877, "huts", "eel"), (1911, "", "ling"))
    )
    folder = tmp_path_factory.mktemp("villages")
    table = "".join(f"{json.dumps(row)}\n" for row in rows)
    build(write_files(folder / "corpus", {"villages.jsonl": table}), folder / "index")
    return folder / "index"


Open = Callable[..., tuple[Searcher, Judge]]


@pytest.fixture
def open_judged(directory: Path) -> Iterator[Open]:
    """A Searcher whose reranker may take so many milliseconds, and the reranker."""
    with ExitStack() as stack:

        def open_one(milliseconds: int = 60_000) -> tuple[Searcher, Judge]:
            judge = Judge()
            reranking = Reranking(judge, milliseconds, judge.tell_time)
            live = Live(Artifact(directory), load_encoder, lambda: reranking)
            stack.callback(live.close)
            return live.open(), judge

        yield open_one


@pytest.fixture
def plain(directory: Path) -> Iterator[Searcher]:
    live = Live(Artifact(directory), load_encoder)
    yield live.open()
    live.close()


def _place(results: Results) -> list[tuple[str, float]]:
    return [(hit.stored.passage.id, hit.score) for hit in results.hits]


def _codes(results: Results) -> list[str]:
    return [notice.code for notice in results.notices]


@pytest.mark.parametrize("mode", MODES)
def test_what_the_reranker_values_comes_first_in_every_mode(
    open_judged: Open, plain: Searcher, mode: str
) -> None:
    query = Query(QUESTION, k=100, mode=mode)
    before = plain.search(query)
    first = before.hits[:DEPTH]
    known = [hit.stored.passage.text for hit in first if WANTED in hit.stored.passage.text]
    searcher, judge = open_judged()
    after = searcher.search(query)
    assert {hit.stored.passage.text for hit in first[: len(known)]} != set(known)
    assert {hit.stored.passage.text for hit in after.hits[: len(known)]} == set(known) != set()
    assert judge.read == [hit.stored.passage.text for hit in first]
    assert after.total == before.total > DEPTH
    assert _codes(after) == _codes(before)


def test_the_score_is_the_plain_one_and_twice_what_the_value_lies_above_one_half(
    open_judged: Open, plain: Searcher
) -> None:
    query = Query(QUESTION, k=100)
    before = {hit.stored.number: hit for hit in plain.search(query).hits}
    hits = open_judged()[0].search(query).hits
    read = [hit for hit in hits if hit.reranker is not None]
    assert (len(read), len(hits)) == (DEPTH, 75)
    for hit in hits:
        value = 0.9 if WANTED in hit.stored.passage.text else 0.25
        added = 0.0 if hit.reranker is None else 2 * (value - 0.5)
        assert hit.reranker in (None, pytest.approx(value))
        assert hit.score == pytest.approx(before[hit.stored.number].score + added, abs=2e-6)
        assert hit.signals == before[hit.stored.number].signals


@pytest.mark.parametrize("mode", MODES)
def test_confidence_follows_the_score_and_never_rises(
    open_judged: Open, plain: Searcher, mode: str
) -> None:
    searcher, _ = open_judged()
    results = searcher.search(Query(QUESTION, k=100, mode=mode))
    order = [(-hit.score, hit.stored.number) for hit in results.hits]
    assert order == sorted(order)
    confidence = [hit.confidence for hit in results.hits]
    assert confidence == sorted(confidence, reverse=True)
    assert all(hit.answer == (hit.score >= results.threshold) for hit in results.hits)
    before = {hit.stored.number: hit for hit in plain.search(results.query).hits}
    for hit in results.hits:
        known = before[hit.stored.number]
        assert (hit.confidence - known.confidence) * (hit.score - known.score) >= 0


def test_a_batch_that_has_begun_is_finished_and_the_rest_stays_as_it_was(
    open_judged: Open, plain: Searcher
) -> None:
    query = Query(QUESTION, k=100)
    before = plain.search(query).hits
    searcher, judge = open_judged(1500)
    after = searcher.search(query)
    assert judge.read == [hit.stored.passage.text for hit in before[: 2 * BATCH]]
    unread = [hit for hit in after.hits if hit.reranker is None]
    assert [replace(hit, rank=0) for hit in unread] == [
        replace(hit, rank=0) for hit in before[2 * BATCH :]
    ]
    (notice,) = [notice for notice in after.notices if notice.code == "rerank_budget"]
    assert f"1500 ms) was spent when it had read {2 * BATCH} of the first {DEPTH}" in notice.message


def test_without_time_nothing_is_read_and_that_is_said(open_judged: Open, plain: Searcher) -> None:
    searcher, judge = open_judged(0)
    query = Query(QUESTION, k=100)
    results = searcher.search(query)
    assert judge.read == []
    assert results.hits == plain.search(query).hits
    assert "read 0 of" in next(n.message for n in results.notices if n.code == "rerank_budget")


def test_pages_join_without_overlap_or_gap(open_judged: Open) -> None:
    searcher, _ = open_judged()
    whole = _place(searcher.search(Query(QUESTION, k=75)))
    pages = [_place(searcher.search(Query(QUESTION, k=10, offset=at))) for at in range(0, 75, 10)]
    assert [hit for page in pages for hit in page] == whole


def test_the_least_confidence_is_asked_of_the_reranked(open_judged: Open) -> None:
    searcher, _ = open_judged()
    sure = searcher.search(Query(QUESTION, k=100)).hits[2].confidence
    results = searcher.search(Query(QUESTION, k=100, min_confidence=sure - 0.0002))
    assert results.total == len(results.hits) < 75
    assert min(hit.confidence for hit in results.hits) >= sure - 0.0003


def test_fewer_candidates_than_it_could_read_are_all_read(open_judged: Open) -> None:
    searcher, judge = open_judged()
    results = searcher.search(Query(QUESTION, filter=Filter(source="villages.jsonl#Rhos-1804")))
    assert len(judge.read) == results.total == 1
    nothing = searcher.search(Query(QUESTION, filter=Filter(source="elsewhere")))
    assert (nothing.total, _codes(nothing)) == (0, _codes(results))


def test_similar_passages_are_not_reranked(open_judged: Open, plain: Searcher) -> None:
    searcher, judge = open_judged()
    (hit,) = searcher.search(Query(QUESTION, k=1)).hits
    judge.read.clear()
    own = searcher.similar(hit.stored.passage.id, 20)
    assert judge.read == []
    assert _place(own) == _place(plain.similar(hit.stored.passage.id, 20))


def test_a_ranking_to_be_measured_is_reranked(open_judged: Open) -> None:
    searcher, _ = open_judged()
    hits = searcher.search(Query(QUESTION, k=75)).hits
    ranked = [(stored.passage.id, score) for stored, score in searcher.rank(Query(QUESTION))]
    assert ranked == [(hit.stored.passage.id, pytest.approx(hit.score)) for hit in hits]


def test_the_api_and_the_page_name_the_reranker_and_that_confidence_was_not_fitted(
    directory: Path,
) -> None:
    judge = Judge()
    live = Live(Artifact(directory), load_encoder, lambda: Reranking(judge, 250, judge.tell_time))
    with TestClient(create_app(live)) as client:
        info = client.get("/api/info").json()
        assert info["reranker"] == {
            **{"name": "judge", "weights_sha256": "f" * 64},
            **{"milliseconds": 250, "depth": DEPTH, "weight": 2.0},
        }
        assert info["confidence"]["status"] == "uncalibrated"
        answer = client.get("/api/search", params={"q": QUESTION, "k": 100}).json()
        values = [hit["signals"]["reranker"] for hit in answer["hits"]]
        assert values.count(None) == len(values) - BATCH
        assert "rerank_budget" in [notice["code"] for notice in answer["notices"]]
        page = client.get("/about").text
        assert "<dd>judge</dd>" in page
        assert "For this reranker the estimate was not fitted" in page
        assert "was spent when it had read 8 of" in client.get("/", params={"q": QUESTION}).text
    live.close()


def test_a_fitted_confidence_is_uncalibrated_with_a_reranker(directory: Path) -> None:
    manifest, index = Artifact(directory).open()
    fitted = replace(manifest, ranking={**manifest.ranking, "status": "fitted"})
    encoder, judge = load_encoder("hashing"), Judge()
    assert Searcher(fitted, index, encoder).confidence_status == "fitted"
    reranking = Reranking(judge, 250, judge.tell_time)
    assert Searcher(fitted, index, encoder, reranking).confidence_status == "uncalibrated"
    index.close()


def test_without_a_reranker_none_is_named(client: TestClient) -> None:
    info = client.get("/api/info").json()
    assert info["reranker"] is None
    answer = client.get("/api/search", params={"q": "the lamp"}).json()
    assert {hit["signals"]["reranker"] for hit in answer["hits"]} == {None}
    assert "Reranker" not in client.get("/about").text


def test_a_reranker_is_loaded_once_for_all_builds(tmp_path: Path, tiny_corpus: Path) -> None:
    loaded = []

    def load() -> Reranking:
        loaded.append(Judge())
        return Reranking(loaded[-1], 1000, loaded[-1].tell_time)

    first = build(tiny_corpus, tmp_path / "own").build
    live = Live(Artifact(tmp_path / "own"), load_encoder, load)
    assert live.searcher.manifest.build == first
    text = "A new text about the keepers of bees, long enough to be found."
    (tiny_corpus / "new.txt").write_text(text)
    second = build(tiny_corpus, tmp_path / "own").build
    live.settle()
    assert live.searcher.manifest.build == second != first
    assert live.searcher.search(Query("keepers of bees", k=1)).hits[0].reranker is not None
    assert len(loaded) == 1
    live.close()


def test_a_real_cross_encoder_judges_query_and_passage(
    directory: Path, tiny_reranker: Path
) -> None:
    reranker = load_reranker(str(tiny_reranker))
    live = Live(Artifact(directory), load_encoder, lambda: Reranking(reranker, 3_600_000))
    hits: list[Hit] = live.open().search(Query("the keeper, salt", k=5)).hits
    expected = reranker.score("the keeper, salt", [hit.stored.passage.text for hit in hits])
    assert [hit.reranker for hit in hits] == pytest.approx(expected.tolist(), abs=1e-4)
    live.close()
