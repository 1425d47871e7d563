"""What an answer says of itself when the encoder knows meaning: refusals, notices, paraphrase."""

import pytest

from service.evaluation.evaluate import Asked
from service.query import Query
from service.search import Searcher
from tests.measurements.highlights import measure_marks

pytestmark = pytest.mark.model


def _codes(searcher: Searcher, question: str) -> list[str]:
    return [notice.code for notice in searcher.search(Query(question)).notices]


@pytest.mark.parametrize(
    "question",
    [
        "How do I change the oil of a motorcycle?",
        "recipe for chocolate cake",
        "Which team won the ice hockey final?",
        "How tall is the Eiffel tower?",
    ],
)
@pytest.mark.parametrize("mode", ["hybrid", "dense"])  # by words alone, one shared word is a match
def test_when_nothing_answers_the_nearest_come_as_no_answers(
    seeds: Searcher, question: str, mode: str
) -> None:
    results = seeds.search(Query(question, mode=mode))
    assert results.answered is False
    assert not any(hit.answer for hit in results.hits)


@pytest.mark.parametrize(("which", "least"), [("seeds_asked", 0.84), ("other_seeds_asked", 0.94)])
def test_what_answers_a_question_is_marked_and_not_the_whole_passage(
    which: str, least: float, request: pytest.FixtureRequest
) -> None:
    asked: list[Asked] = request.getfixturevalue(which)
    right, marked, several, two = measure_marks(asked)
    assert marked / right >= least
    assert two / several <= 0.5


def test_the_nearest_still_come_when_nothing_answers(seeds: Searcher) -> None:
    results = seeds.search(Query("recipe for chocolate cake", k=7))
    assert len(results.hits) == 7


def test_a_question_in_other_words_is_answered(seeds: Searcher) -> None:
    results = seeds.search(Query("Which brigade did Mullah Omar place under a commander?"))
    assert results.answered is True
    assert "055 Brigade" in results.hits[0].stored.passage.text


@pytest.mark.parametrize(
    "question",
    [
        "Сколько солдат киргизской армии погибло в Баткенской войне?",
        "سخنگوی طالبان درباره تصاویر منتشرشده چه گفت؟",
        "Welche erbeuteten Fahrzeuge führten die Kämpfer nach dem Angriff vor?",
    ],
)
def test_a_question_in_a_language_the_encoder_does_not_know_gets_a_notice(
    seeds: Searcher, question: str
) -> None:
    assert _codes(seeds, question) == ["unknown_language"]


@pytest.mark.parametrize(
    "question",
    [
        "How many fighters does the group command in Afghanistan?",
        "Which village south of Aleppo do the videos show?",
        "1893 12345 3.14",
        "KIB",
    ],
)
def test_a_question_the_encoder_knows_the_language_of_gets_none(
    seeds: Searcher, question: str
) -> None:
    assert _codes(seeds, question) == []


@pytest.mark.parametrize(
    "question", ["what is the of and to", "123 456", "a\x00b \u202e c", "🐝 ok"]
)
@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_an_odd_question_is_answered_plainly(seeds: Searcher, question: str, mode: str) -> None:
    results = seeds.search(Query(question, mode=mode))
    assert len(results.hits) == min(10, results.total)
