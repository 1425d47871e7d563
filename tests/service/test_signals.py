"""Rankings without a signal, and by one alone, over one build."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from embeddings.records import Vectors
from service.evaluation.collections import Collection, read_collection
from service.evaluation.questions import Question
from service.evaluation.ranking import measure_run, rank_collection
from service.evaluation.remembering import Remembering
from service.evaluation.signals import vary_weights, weigh_over_collection, weigh_over_questions
from service.live import Live
from service.query import Query
from service.search import Searcher
from tests.embeddings.building import build
from tests.service.test_ranking import QUERIES, write_collection

NAMES = {"all"} | {
    name
    for signal in ("passage", "context", "sentence", "lexical")
    for name in (f"no {signal}", f"{signal} alone")
}


class Counting(HashingEncoder):
    """Counts the queries it encodes."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        return super().encode_queries(texts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_collection(tmp_path_factory.mktemp("collection"))


@pytest.fixture
def encoder() -> Counting:
    return Counting()


@pytest.fixture
def searcher(folder: Path, tmp_path: Path, encoder: Counting) -> Iterator[Searcher]:
    artifact = Artifact(tmp_path)
    build(folder, artifact)
    live = Live(artifact, lambda name: Remembering(encoder))
    yield live.open()
    live.close()


def _silent(stage: str, done: int, total: int) -> None:
    """No progress to show."""


def test_a_signal_left_out_weighs_nothing_and_alone_it_keeps_its_weight() -> None:
    varied = vary_weights({"passage": 1.0, "context": 0.5, "lexical": 3.0})
    assert varied["all"] == {"passage": 1.0, "context": 0.5, "lexical": 3.0}
    assert varied["no lexical"] == {"passage": 1.0, "context": 0.5, "lexical": 0.0}
    assert varied["lexical alone"] == {"passage": 0.0, "context": 0.0, "lexical": 3.0}
    assert len(varied) == 7


def test_a_searcher_weighed_anew_scores_by_those_weights(searcher: Searcher) -> None:
    weights = vary_weights(searcher.manifest.ranking["weights"])
    query = Query("who carried salt across the desert")
    (hit, *_) = searcher.weigh(weights["lexical alone"]).search(query).hits
    assert hit.score == pytest.approx(weights["all"]["lexical"] * hit.signals["lexical"], abs=1e-5)
    assert searcher.manifest.ranking["weights"] == weights["all"]


def test_a_collection_is_ranked_by_every_choice_of_signals(
    searcher: Searcher, folder: Path
) -> None:
    market = "the market by the bay"  # the vectors say bay, the words say market
    collection = Collection(folder, {"q": market}, {"q": {"b": 1}})
    found = weigh_over_collection(searcher, collection, _silent)
    assert found.keys() == NAMES
    for name, mode in {"all": "hybrid", "no lexical": "dense", "lexical alone": "lexical"}.items():
        means = measure_run(rank_collection(searcher, collection, mode), collection).means
        assert found[name] == {"ndcg@10": means["ndcg@10"]}
    assert found["lexical alone"]["ndcg@10"] > found["all"]["ndcg@10"]


def test_questions_are_answered_by_every_choice_of_signals(searcher: Searcher) -> None:
    question = Question("s", "plain", QUERIES["q2"], ("across the desert",))
    found = weigh_over_questions(searcher, [question], _silent)
    assert found.keys() == NAMES
    assert found["lexical alone"] == {"first_right": 1, "in_first_three": 1, "mrr@10": 1.0}


def test_each_query_is_encoded_once(searcher: Searcher, folder: Path, encoder: Counting) -> None:
    weigh_over_collection(searcher, read_collection(folder), _silent)
    assert sorted(encoder.encoded) == sorted({QUERIES[name] for name in ("q1", "q2", "q3")})


def test_remembered_vectors_are_those_of_the_encoder() -> None:
    own, remembering = HashingEncoder(), Remembering(HashingEncoder())
    texts = ["bees", "salt", "bees"]
    for _ in range(2):
        assert (remembering.encode_queries(texts) == own.encode_queries(texts)).all()
    assert (remembering.encode_passages(texts) == own.encode_passages(texts)).all()
    assert remembering.identity == own.identity
