"""Every answer over seeds/ is the one that was committed, and what differs is shown."""

from dataclasses import replace
from pathlib import Path

import pytest

from embeddings.records import Passage, StoredPassage
from service.evaluation.evaluate import Asked
from service.search import Hit
from tests.quality.golden import (
    GOLDEN,
    REWRITE,
    Line,
    describe,
    find_differences,
    read,
    settle,
    write,
)

LINE = Line("q1", "plain", "aaaaaaaa bbbbbbbb cccccccc", "1", "answered", "0.50")


@pytest.mark.model
def test_every_answer_over_the_seeds_is_the_one_committed(seeds_asked: list[Asked]) -> None:
    differences = list(find_differences(read(GOLDEN), describe(seeds_asked)))
    if differences:
        told = "\n".join(("answers over seeds/ changed:", *differences, REWRITE))
        pytest.fail(told, pytrace=False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hits", "bbbbbbbb aaaaaaaa cccccccc"),
        ("right", "2"),
        ("answered", "refused"),
        ("confidence", "0.53"),
        ("kind", "alias"),
    ],
)
def test_a_question_answered_otherwise_is_shown_before_and_now(field: str, value: str) -> None:
    was, is_now = find_differences([LINE], [replace(LINE, **{field: value})])
    assert was.startswith("- q1") and is_now.startswith("+ q1")
    assert value in is_now and value not in was


def test_what_two_machines_may_differ_in_is_no_difference() -> None:
    assert list(find_differences([LINE], [replace(LINE, confidence="0.52")])) == []


def test_a_question_that_came_or_went_is_a_difference() -> None:
    other = replace(LINE, id="q2")
    shown = list(find_differences([LINE], [other]))
    assert [one[:4] for one in shown] == ["- q1", "+ q2"]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    lines = [LINE, replace(LINE, id="q2", hits="")]
    write(tmp_path / "golden.tsv", lines)
    assert read(tmp_path / "golden.tsv") == lines


def _hit(name: str, score: float) -> Hit:
    stored = StoredPassage(0, Passage(name, "d", 0, 1, "x", ()), "", "", None)
    return Hit(1, score, 0.5, True, stored, [], {}, None)


def test_hits_that_score_about_the_same_are_in_order_of_their_ids() -> None:
    hits = [_hit("d", 2.0), _hit("c", 1.0), _hit("a", 0.9997), _hit("b", 0.5)]
    assert [hit.stored.passage.id for hit in settle(hits)] == ["d", "a", "c", "b"]
    assert settle([]) == []
