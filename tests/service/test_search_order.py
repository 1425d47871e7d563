"""How scores, confidence and filters order and narrow an answer."""

from itertools import pairwise
from typing import Any

import pytest

from tests.service.conftest import Search

QUESTION = "How many ships did the lighthouse keeper count?"
MODES = ("hybrid", "dense", "lexical")
QUESTIONS = (
    QUESTION,
    "the bridge, the quarry and the windmill of the valley",
    "storm harbour granite wall",
    "Лесник и волки",
    "unrelated gibberish qwertyuiop",
)


def _worth(answer: dict[str, Any]) -> dict[str, tuple[float, float, float]]:
    return {
        hit["passage_id"]: (hit["score"], hit["confidence"], hit["signals"]["lexical"])
        for hit in answer["hits"]
    }


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_descend_and_ties_go_by_passage_id(search: Search, question: str, mode: str) -> None:
    hits = search(question, k=100, mode=mode)["hits"]
    assert hits == sorted(hits, key=lambda hit: (-hit["score"], hit["passage_id"]))


def test_passages_of_the_same_words_tie_by_words_alone(search: Search) -> None:
    first, second = search("barley turnip thyme pepper", mode="lexical", k=2)["hits"]
    assert first["source"] == second["source"] == "ties.txt"
    assert first["score"] == second["score"]
    assert first["passage_id"] < second["passage_id"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_confidence_never_rises_down_a_list(search: Search, question: str, mode: str) -> None:
    confidence = [hit["confidence"] for hit in search(question, k=100, mode=mode)["hits"]]
    assert all(0 <= one <= 1 for one in confidence)
    assert all(above >= below for above, below in pairwise(confidence))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_what_reaches_the_threshold(
    search: Search, question: str, mode: str, thresholds: dict[str, float]
) -> None:
    answer = search(question, k=100, mode=mode)
    for hit in answer["hits"]:
        assert hit["answer"] == (hit["score"] >= thresholds[mode])
    assert answer["answered"] == any(hit["answer"] for hit in answer["hits"])


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"source": "harbour"}, lambda hit: hit["source"].startswith("harbour/")),
        ({"source": "harbour/"}, lambda hit: hit["source"].startswith("harbour/")),
        ({"source": "table.jsonl"}, lambda hit: hit["source"].startswith("table.jsonl#")),
        ({"source": "*/*.txt"}, lambda hit: "/" in hit["source"]),
        ({"source": "ties.txt"}, lambda hit: hit["source"] == "ties.txt"),
        ({"language": "ru"}, lambda hit: hit["language"] == "ru"),
        ({"after": "2015"}, lambda hit: (hit["date"] or "") >= "2015"),
        ({"before": "2014"}, lambda hit: hit["date"] and hit["date"][:4] <= "2014"),
        (
            {"after": "2013-04-15", "before": "2013-04-15"},
            lambda hit: hit["date"] == "2013-04-15",
        ),
    ],
)
def test_a_filter_keeps_score_and_confidence_of_what_it_keeps(
    search: Search, fields: dict[str, str], kept: Any
) -> None:
    question = "which summer was the harbour wall or the granary finished"
    whole = search(question, k=100)
    filtered = search(question, k=100, **fields)
    expected = [hit for hit in whole["hits"] if kept(hit)]
    assert 0 < len(expected) < len(whole["hits"])
    assert [{**hit, "rank": 0} for hit in filtered["hits"]] == [
        {**hit, "rank": 0} for hit in expected
    ]
    assert filtered["total"] == len(expected)


def test_a_repeat_is_found_in_either_of_its_places(search: Search) -> None:
    for source in ("harbour/lighthouse.txt", "harbour/storm.txt"):
        first = search(QUESTION, source=source)["hits"][0]
        places = {first["source"], *(place["source"] for place in first["also_in"])}
        assert source in places


@pytest.mark.parametrize(
    "fields",
    [{"source": "nowhere"}, {"language": "fr"}, {"after": "2040"}, {"source": "[", "k": 5}],
)
@pytest.mark.parametrize("mode", MODES)
def test_a_filter_that_nothing_passes_gives_an_empty_answer(
    search: Search, fields: dict[str, Any], mode: str
) -> None:
    answer = search(QUESTION, mode=mode, **fields)
    assert (answer["total"], answer["hits"], answer["answered"]) == (0, [], False)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("least", [0.02, 0.5, 0.9])
def test_min_confidence_leaves_scores_alone_and_total_agrees(
    search: Search, least: float, mode: str
) -> None:
    whole = search(QUESTION, k=100, mode=mode)
    sure = search(QUESTION, k=100, mode=mode, min_confidence=least)
    expected = [hit for hit in whole["hits"] if hit["confidence"] >= least]
    assert sure["hits"] == expected
    assert sure["total"] == len(expected) <= whole["total"]


def test_min_confidence_leaves_out_what_is_less_certain(search: Search) -> None:
    assert 0 < search(QUESTION, min_confidence=0.02)["total"] < search(QUESTION)["total"]


def test_min_confidence_of_one_may_leave_nothing(search: Search) -> None:
    answer = search("unrelated gibberish qwertyuiop", min_confidence=1)
    assert (answer["total"], answer["hits"], answer["answered"]) == (0, [], False)


def test_a_mode_orders_by_its_own_signals(search: Search, weights: dict[str, float]) -> None:
    def total(signals: dict[str, float], *names: str) -> float:
        return sum(weights[name] * signals[name] for name in names)

    for hit in search(QUESTION, mode="lexical")["hits"]:
        assert hit["score"] == pytest.approx(hit["signals"]["lexical"], abs=1e-5)
    for hit in search(QUESTION, mode="dense")["hits"]:
        cosines = total(hit["signals"], "passage", "context", "sentence")
        assert hit["score"] == pytest.approx(cosines, abs=1e-5)
    for hit in search(QUESTION)["hits"]:
        assert hit["score"] == pytest.approx(total(hit["signals"], *weights), abs=1e-5)


def test_signals_of_a_passage_are_the_same_in_every_mode(search: Search) -> None:
    dense, lexical = search(QUESTION, k=100, mode="dense"), search(QUESTION, mode="lexical")
    signals = {hit["passage_id"]: hit["signals"] for hit in dense["hits"]}
    for hit in lexical["hits"]:
        assert signals[hit["passage_id"]] == pytest.approx(hit["signals"], abs=1e-6)


def test_asking_twice_gives_the_same_answer(search: Search) -> None:
    assert _worth(search(QUESTION, k=100)) == _worth(search(QUESTION, k=100))
