"""Of several processes, one with clearly more connections lets the others take the next."""

import asyncio
from array import array

import pytest

from service.shares import ABSENT, Shares
from tests.service.waiting import run_alone


def steps_back(counts: list[int], connections: int) -> bool:
    """Whether the first process waits, once it has so many."""
    mapped = memoryview(array("I", counts))
    shares = Shares(mapped, range(len(counts)), 0)

    async def take() -> bool:
        task = asyncio.ensure_future(shares.let_others_take(connections))
        await asyncio.sleep(0)
        is_waiting = not task.done()
        await task
        return is_waiting

    waited = run_alone(take)
    assert mapped[0] == connections
    return waited


@pytest.mark.parametrize(
    ("others", "connections", "waits"),
    [
        pytest.param([0], 1, False, id="the first one"),
        pytest.param([0], 2, True, id="two and none"),
        pytest.param([8], 9, False, id="about as many"),
        pytest.param([100], 110, False, id="about as many of many"),
        pytest.param([100], 200, True, id="twice as many"),
        pytest.param([9, 2], 9, True, id="one of several has few"),
        pytest.param([ABSENT], 9, False, id="the other is not there"),
    ],
)
def test_who_has_clearly_more_waits(others: list[int], connections: int, waits: bool) -> None:
    assert steps_back([0, *others], connections) == waits
