"""What the tests of load take for a fault."""

import json

import pytest

from tests.reliability.connections import Answer
from tests.reliability.load import Judge, Report

PASSAGES = {"new": {"p1": "A text."}, "old": {"p1": "Another text."}}


def judge(answer: Answer, pinned: str = "") -> Report:
    judge = Judge(PASSAGES)
    judge.judge(answer, 0.1, pinned)
    return judge.close(1)


def tell(build: str, *texts: str) -> Answer:
    """An answer with these texts as its hits."""
    hits = [{"passage_id": "p1", "text": text} for text in texts]
    return Answer(200, False, False, json.dumps({"build": build, "hits": hits}).encode())


def refuse(status: int, code: str, told_when: bool) -> Answer:
    return Answer(status, told_when, False, json.dumps({"error": {"code": code}}).encode())


def test_an_answer_from_one_build_is_counted() -> None:
    report = judge(tell("new", "A text."), "new")
    assert report.builds == {"new": 1} and not report.faults
    assert report.latencies["p99"] == 100


@pytest.mark.parametrize(
    ("answer", "pinned"),
    [
        (tell("new", "A text.", "Another text."), ""),
        (tell("unknown", "A text."), ""),
        (tell("new", "A text."), "old"),
        (tell("new"), ""),
    ],
    ids=["mixed", "unknown", "not the one named", "empty"],
)
def test_an_answer_that_is_not_of_its_build_is_a_fault(answer: Answer, pinned: str) -> None:
    report = judge(answer, pinned)
    assert report.faults.total() == 1 and not report.builds


@pytest.mark.parametrize(("status", "code"), [(503, "busy"), (429, "too_often")])
def test_a_refusal_that_says_when_to_come_again_is_none(status: int, code: str) -> None:
    report = judge(refuse(status, code, True))
    assert report.refused == {code: 1} and not report.faults


@pytest.mark.parametrize(
    ("status", "code", "told_when"),
    [
        (503, "busy", False),
        (503, "not_ready", True),
        (503, "timed_out", True),
        (500, "internal", False),
        (410, "gone", False),
    ],
)
def test_any_other_refusal_is_a_fault(status: int, code: str, told_when: bool) -> None:
    report = judge(refuse(status, code, told_when))
    assert report.faults.total() == 1 and not report.refused
