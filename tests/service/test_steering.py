"""What is liked draws a list to it, with an encoder that knows what words mean."""

from collections.abc import Iterator

import numpy as np
import pytest

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.encoders import DEFAULT_ENCODER, load_encoder, load_tokenizer
from service.live import Live
from service.query import Query
from service.search import Searcher
from service.steering import Judged, steer
from tests.embeddings.building import write_files

TEXTS = {
    "river.txt": "The bank of the river was steep, and willows hung over the water.",
    "ferry.txt": "A boat tied up where the meadow slopes down to the stream.",
    "money.txt": "The bank raised its interest on loans for small firms.",
    "credit.txt": "Savings accounts paid two percent, and the lender asked for a mortgage.",
    "salt.txt": "Salt was carried across the desert by camels.",
}


@pytest.fixture(scope="module")
def banks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("banks")
    artifact, encoder = Artifact(folder / "index"), load_encoder(DEFAULT_ENCODER)
    tokenizer = load_tokenizer(DEFAULT_ENCODER)
    corpus = write_files(folder / "corpus", TEXTS)
    build_index([corpus], artifact, lambda: encoder, tokenizer, DEFAULT_ENCODER)
    live = Live(artifact, lambda name: encoder)
    yield live.open()
    live.close()


def _score(searcher: Searcher, **how: tuple[str, ...]) -> dict[str, float]:
    """The score of each document, by its name."""
    hits = searcher.search(Query("bank", **how)).hits  # type: ignore[arg-type]
    return {hit.stored.source.removesuffix(".txt"): hit.score for hit in hits}


def _find_id(searcher: Searcher, source: str) -> str:
    [hit] = [h for h in searcher.search(Query("bank")).hits if h.stored.source == f"{source}.txt"]
    return hit.stored.passage.id


@pytest.mark.model
@pytest.mark.parametrize(
    ("liked", "near", "far"), [("river", "ferry", "credit"), ("money", "credit", "ferry")]
)
def test_a_liked_passage_draws_those_like_it_up(
    banks: Searcher, liked: str, near: str, far: str
) -> None:
    before = _score(banks)
    after = _score(banks, like=(_find_id(banks, liked),))
    assert liked not in after
    assert after[near] - after[far] > before[near] - before[far]
    by_text = _score(banks, like=(TEXTS[f"{liked}.txt"],))
    assert by_text[near] - by_text[far] > before[near] - before[far]
    assert max(by_text, key=by_text.__getitem__) == liked


@pytest.mark.model
def test_what_is_not_liked_sinks(banks: Searcher) -> None:
    before, after = _score(banks), _score(banks, unlike=("savings, lenders and mortgages",))
    assert after["credit"] - after["ferry"] < before["credit"] - before["ferry"]


@pytest.mark.model
def test_the_signals_shown_are_those_of_the_steered_question(banks: Searcher) -> None:
    liked = _find_id(banks, "river")
    stored = banks.passage(liked)
    [own] = load_encoder(DEFAULT_ENCODER).encode_queries(["bank"])
    [passage] = load_encoder(DEFAULT_ENCODER).encode_passages([stored.passage.text])
    moved = steer(own, [Judged("", passage)], [])
    [ferry] = load_encoder(DEFAULT_ENCODER).encode_passages([TEXTS["ferry.txt"]])
    hits = banks.search(Query("bank", like=(liked,))).hits
    shown = next(h.signals["passage"] for h in hits if h.stored.source == "ferry.txt")
    assert shown == pytest.approx(float(ferry @ moved), abs=0.02)  # the weights are of int8


def test_a_steered_vector_has_length_one_whatever_is_judged() -> None:
    one, other = np.eye(2, dtype=np.float32)
    for own, like, unlike in (
        (one, [other], []),
        (one, [], [other]),
        (None, [one, other], [one]),
        (one, [], [one] * 10),
    ):
        vector = steer(own, [Judged("", v) for v in like], [Judged("", v) for v in unlike])
        assert np.linalg.norm(vector) == pytest.approx(1)
        assert vector.dtype == np.float32
    assert steer(None, [Judged("", one)], [Judged("", one * 0)]).tolist() == one.tolist()


def test_a_vector_that_is_taken_away_whole_is_no_error() -> None:
    zero = np.zeros(2, dtype=np.float32)
    assert steer(None, [Judged("", zero)], []).tolist() == [0, 0]
