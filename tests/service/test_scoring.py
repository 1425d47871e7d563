"""The sum of the signals, the curve of confidence, and the marks inside a text."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.analysis import find_terms
from embeddings.records import Signals
from service.confidence import estimate_confidence, find_background, find_threshold
from service.fusion import fuse
from service.highlights import find_words

WEIGHTS = {"passage": 1.0, "context": 2.0, "sentence": 2.0, "lexical": 4.0}
MODEL = {
    "near": {"slope": 3.0, "middle": 1.5},
    "apart": {"slope": 2.0, "middle": 0.75},
    "growth": 0.5,
    "threshold": 1.25,
    "stranger": 0.25,
}
SIGNALS = Signals(
    passage=np.array([0.5, -0.25], dtype=np.float32),
    context=np.array([0.25, 0.0], dtype=np.float32),
    sentence=np.array([0.25, 0.5], dtype=np.float32),
    lexical=np.array([3.0, 0.0], dtype=np.float32),
)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("hybrid", [3.5, 0.75]), ("dense", [1.5, 0.75]), ("lexical", [0.5, 0.0])],
)
def test_the_score_is_the_weighted_sum_of_the_signals_of_its_mode(
    mode: str, expected: list[float]
) -> None:
    share = np.array([0.5, 0.0], dtype=np.float32)
    assert fuse(SIGNALS, share, WEIGHTS, mode, 5).tolist() == expected


def test_the_sentence_fades_in_a_query_of_many_terms() -> None:
    share = np.zeros(2, dtype=np.float32)
    assert fuse(SIGNALS, share, WEIGHTS, "dense", 14).tolist() == [1.5, 0.75]
    assert fuse(SIGNALS, share, WEIGHTS, "dense", 28).tolist() == [1.25, 0.25]


def test_confidence_is_the_chance_of_being_near_times_that_of_standing_out() -> None:
    scores = np.array([2.0, 1.0], dtype=np.float32)
    expected = [
        1 / (1 + math.exp(-3 * (score - 1.5))) / (1 + math.exp(-2 * (score - 0.5 - 0.75)))
        for score in (2, 1)
    ]
    assert estimate_confidence(scores, 0.5, MODEL, 5000).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("passages", "threshold"),
    [(1_000_000, 1.25), (1000, 1.25), (100, 0.75), (10, 0.25), (1, -0.25)],
)
def test_among_fewer_passages_a_lower_score_is_as_near(passages: int, threshold: float) -> None:
    assert find_threshold(MODEL, passages) == threshold
    scores = np.array([2.0 + threshold - 1.25], dtype=np.float32)
    background = 0.5 + threshold - 1.25
    among_many = estimate_confidence(np.array([2.0], np.float32), 0.5, MODEL, 1000)
    found = estimate_confidence(scores, background, MODEL, passages)
    assert found.tolist() == pytest.approx(among_many.tolist())


@settings(deadline=None, derandomize=True, database=None)
@given(st.lists(st.floats(-2, 4, width=32), min_size=2, max_size=20))
def test_confidence_keeps_the_order_of_the_scores(scores: list[float]) -> None:
    ordered = np.array(sorted(scores, reverse=True), dtype=np.float32)
    confidence = estimate_confidence(ordered, 0.5, MODEL, 100)
    assert np.all(np.diff(confidence) <= 0)
    assert np.all((confidence >= 0) & (confidence <= 1))


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([9.0] + [2.0] * 9, 2.0),
        ([9.0] + [2.0] * 9 + [0.0] * 50, 2.0),
        ([9.0, 3.0, 1.5], (3.0 + 1.5 + 7 * 0.25) / 9),
        ([9.0], 0.25),
        ([], 0.25),
    ],
    ids=["ten", "many", "few", "one", "none"],
)
def test_the_background_is_the_mean_behind_the_best_as_if_strangers_filled_it_up(
    scores: list[float], expected: float
) -> None:
    assert find_background(np.array(scores, np.float32), MODEL) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("The ships sailed; a ship sank.", "ships", ["ships", "ship"]),
        ("Of the fog and the lamp", "what is the fog", ["fog"]),
        ("Волки и волк", "волков", ["Волки", "волк"]),
        ("🐝 Bees flew", "bee", ["Bees"]),
        ("nothing here", "lamp", []),
    ],
)
def test_the_words_of_a_query_are_found_in_a_text_by_their_stems(
    text: str, query: str, expected: list[str]
) -> None:
    spans = find_words(text, set(find_terms(query)))
    assert [text[span.start : span.end] for span in spans] == expected
