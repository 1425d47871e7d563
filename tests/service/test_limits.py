"""Limits of measures: which names they take, and which measures are beyond them."""

import pytest

from embeddings.errors import InvalidInput
from service.evaluation.limits import OF_COLLECTIONS, OF_QUESTIONS, Limits

MEASURES = {"ndcg@10": 0.65, "refused_wrongly": 3, "calibration_error": 0.1}


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(least=[("ndcg@10", 0.7)]), ["ndcg@10 is 0.65, 0.05 under 0.7"]),
        (Limits(most=[("refused_wrongly", 1)]), ["refused_wrongly is 3, 2 over 1"]),
        (Limits(least=[("ndcg@10", 0.65)], most=[("refused_wrongly", 3)]), []),
        (Limits(), []),
    ],
)
def test_what_is_beyond_its_limit_is_told_with_by_how_much(limits: Limits, told: list[str]) -> None:
    assert list(limits.find_failures(MEASURES)) == told


def test_every_limit_is_judged() -> None:
    limits = Limits([("ndcg@10", 0.7)], [("refused_wrongly", 1), ("calibration_error", 0.05)])
    assert len(list(limits.find_failures(MEASURES))) == 3


@pytest.mark.parametrize(
    ("limits", "named", "offered"),
    [
        (Limits(least=[("ndcg", 0.7)]), "no measure of this dataset", "ndcg@10, mrr@10"),
        (Limits(least=[("calibration_error", 0.1)]), "limited by --fail-over", "ndcg@10"),
        (Limits(most=[("ndcg@10", 0.1)]), "limited by --fail-under", "refused_wrongly"),
        (Limits(most=[("furniture_hits", 1)]), "no measure of this dataset", "repeated_hits"),
    ],
)
def test_a_name_that_is_none_or_of_the_other_kind_is_refused_with_the_names(
    limits: Limits, named: str, offered: str
) -> None:
    with pytest.raises(InvalidInput, match=named) as refused:
        limits.check(OF_COLLECTIONS)
    assert offered in refused.value.hint


def test_each_dataset_has_names_of_its_own() -> None:
    Limits(most=[("furniture_hits", 1)]).check(OF_QUESTIONS)
    Limits(least=[("recall@100", 1)]).check(OF_COLLECTIONS)
