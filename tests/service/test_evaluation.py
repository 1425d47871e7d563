"""The measures over hand-made answers, and over a real little index."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from embeddings.records import Passage, Span, StoredPassage
from service.evaluation.answers import Answer, measure_answers, measure_refusals
from service.evaluation.evaluate import Asked, ask_all, count_furniture, measure, measure_kinds
from service.evaluation.limits import OF_QUESTIONS
from service.evaluation.questions import Question
from service.live import Live
from service.query import Query
from service.search import Hit, Results, Searcher
from tests.service.building import KEEPER


def _asked(kind: str, rank: int = 0, answered: bool = True, texts: tuple[str, ...] = ()) -> Asked:
    """A question of a kind with its answer; `none` and `near` have nothing that answers them."""
    strings = () if kind in ("none", "near") else ("right",)
    hits = [_hit(place, text) for place, text in enumerate(texts, start=1)]
    results = Results(
        Query("a question"),
        "a-build",
        answered,
        len(hits),
        len(hits),
        hits,
        {"total": 2.0},
        frozenset(),
        [],
        0.5,
        1.0,
    )
    return Asked(Question(f"{kind}-{rank}", kind, "a question", strings), results, rank)


def _hit(rank: int, text: str) -> Hit:
    passage = Passage(f"p{rank}", "d", 0, len(text), text, (Span(0, len(text)),))
    stored = StoredPassage(rank, passage, "Title", "a.txt", None)
    return Hit(rank, 1.0, 0.5, True, stored, [Span(0, len(text))], {}, None)


ASKED = [
    _asked("plain", rank=1),
    _asked("plain", rank=3),
    _asked("paraphrase", rank=5, answered=False),
    _asked("paraphrase", rank=0),
    _asked("none", answered=False),
    _asked("none", answered=False),
    _asked("none", answered=True),
    _asked("cross", rank=1),
    _asked("cross", rank=2, answered=False),
    _asked("near", answered=False),
    _asked("near", answered=True),
]


@pytest.fixture(scope="module")
def searcher(index: Path) -> Iterator[Searcher]:
    live = Live(Artifact(index), load_encoder)
    yield live.open()
    live.close()


def test_hits_and_ranks_are_measured_over_the_answerable() -> None:
    measures = measure(ASKED)
    assert (measures["questions"], measures["answerable"]) == (11, 4)
    assert (measures["first_right"], measures["in_first_three"]) == (1, 2)
    assert (measures["hit@1"], measures["hit@3"]) == (0.25, 0.5)
    assert measures["mrr@10"] == pytest.approx((1 + 1 / 3 + 1 / 5) / 4, abs=1e-4)


def test_refusals_are_counted_right_and_wrong() -> None:
    measures = measure(ASKED)
    assert measures["refused_wrongly"] == 1
    assert (measures["refused_rightly"], measures["unanswerable"]) == (2, 3)


def test_cross_and_near_are_counted_apart() -> None:
    measures = measure(ASKED)
    assert (measures["cross"], measures["cross_first_right"]) == (2, 1)
    assert (measures["near"], measures["near_refused"]) == (2, 1)
    others = [one for one in ASKED if one.question.kind not in ("cross", "near")]
    alone = measure(others)
    for name in ("hit@1", "hit@3", "mrr@10", "refused_wrongly", "refused_rightly"):
        assert measures[name] == alone[name]


def test_repeated_hits_are_counted_but_for_case_and_punctuation() -> None:
    texts = ("The same words.", "the same WORDS", "Other words", "Other words", "Other words")
    assert measure([_asked("plain", texts=texts)])["repeated_hits"] == 3
    assert measure([_asked("plain", texts=("One", "Two"))])["repeated_hits"] == 0


def test_a_confidence_that_comes_true_is_calibrated() -> None:
    # Every first hit has a confidence of 0.5.
    right, wrong = _asked("plain", 1, texts=("a",)), _asked("near", 0, texts=("a",))
    assert measure([right, wrong])["calibration_error"] == 0.0
    assert measure([right])["calibration_error"] == 0.5
    assert measure([wrong, wrong, right])["calibration_error"] == pytest.approx(0.1667, abs=1e-4)


def test_times_are_measured_by_their_percentiles() -> None:
    times = [*range(1, 100), 1000]
    answers = [Answer(True, True, True, 1.0, 0, float(time)) for time in times]
    measures = measure_answers(answers)
    assert measures["latency_p50_ms"] == 50.5
    assert measures["latency_p95_ms"] == pytest.approx(95.05)


def test_refusals_of_what_has_an_answer_are_counted_with_their_share() -> None:
    kinds = ((True, True), (True, False), (True, False), (True, True), (False, False))
    answers = [Answer(own, answered, True, 1.0, 0, 1.0) for own, answered in kinds]
    assert measure_refusals(answers) == {
        "answerable": 4,
        "refused_wrongly": 2,
        "refused_wrongly_share": 0.5,
    }


def test_every_measure_of_questions_that_can_be_limited_is_there() -> None:
    measures = measure(ASKED)
    assert set(OF_QUESTIONS.all) - measures.keys() == {"furniture_hits"}


def test_no_questions_measure_as_nothing() -> None:
    assert set(measure([]).values()) == {0}


def test_each_kind_is_measured_by_itself() -> None:
    kinds = measure_kinds(ASKED)
    assert list(kinds) == ["cross", "near", "none", "paraphrase", "plain"]
    assert kinds["plain"] == {
        "questions": 2,
        "first_right": 1,
        "in_first_three": 2,
        "refused": 0,
    }
    assert kinds["none"]["refused"] == 2


def test_a_question_is_right_at_the_first_hit_with_one_of_its_strings(searcher: Searcher) -> None:
    question = "How many ships did the lighthouse keeper count?"
    rows = [
        Question("a", "plain", question, ("no such words", "nineteen ships")),
        Question("b", "plain", question, ("no such words",)),
        Question("c", "plain", question, ("whale oil",)),
    ]
    right, never, later = ask_all(searcher, rows)
    assert right.results.hits[0].stored.passage.text == KEEPER
    assert right.rank == 1
    assert never.rank == 0
    assert later.rank > 1


def test_hits_of_a_cleaned_index_are_no_furniture(searcher: Searcher) -> None:
    rows = [Question("a", "plain", "Share this on Facebook, tags: sea, light", ("x",))]
    assert count_furniture(searcher, ask_all(searcher, rows)) == 0


def test_furniture_among_the_hits_is_counted(searcher: Searcher) -> None:
    (asked,) = ask_all(searcher, [Question("a", "plain", "whale oil for the lamp", ("x",))])
    document_id = asked.results.hits[0].stored.passage.document_id
    line = "Share this on Facebook"
    passage = Passage("p", document_id, 0, len(line), line, (Span(0, len(line)),))
    stored = StoredPassage(0, passage, "Title", "a.txt", None)
    asked.results.hits[:] = [Hit(1, 1.0, 0.5, True, stored, [], {}, None)]
    assert count_furniture(searcher, [asked]) == 1
