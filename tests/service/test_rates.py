"""So many requests a minute from each asker, and how long to wait for the next."""

from pathlib import Path

import pytest

from embeddings.errors import AskedTooOften
from service.ledger import Ledger
from service.rates import Rates, name_peer


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _count_taken(rates: Rates, who: str, tries: int) -> int:
    for taken in range(tries):
        try:
            rates.take(who)
        except AskedTooOften:
            return taken
    return tries


def test_a_minutes_worth_is_taken_at_once_and_then_as_it_fills(clock: Clock) -> None:
    rates = Rates(60, clock=clock)
    assert _count_taken(rates, "ann", 100) == 60
    clock.now = 0.9
    assert _count_taken(rates, "ann", 5) == 0
    clock.now = 3.0
    assert _count_taken(rates, "ann", 5) == 3
    clock.now = 10_000.0
    assert _count_taken(rates, "ann", 100) == 60


def test_after_the_seconds_told_there_is_one_and_a_second_before_there_is_none(
    clock: Clock,
) -> None:
    rates = Rates(10, clock=clock)
    _count_taken(rates, "ann", 10)
    with pytest.raises(AskedTooOften, match="10 a minute") as refused:
        rates.take("ann")
    assert refused.value.seconds == 6
    clock.now = 5.0
    assert _count_taken(rates, "ann", 2) == 0
    clock.now = 6.0
    assert _count_taken(rates, "ann", 2) == 1


def test_each_asker_has_a_bucket_of_its_own(clock: Clock) -> None:
    rates = Rates(2, clock=clock)
    assert _count_taken(rates, "ann", 3) == _count_taken(rates, "bob", 3) == 2


def test_processes_that_share_a_ledger_count_together(clock: Clock, tmp_path: Path) -> None:
    one, other = (Rates(3, Ledger(tmp_path / "ledger"), clock=clock) for _ in range(2))
    assert _count_taken(one, "ann", 2) + _count_taken(other, "ann", 5) == 3


def test_one_kind_is_not_counted_with_another(clock: Clock) -> None:
    ledger = Ledger()
    kinds = [Rates(2, ledger, kind, clock) for kind in ("requests", "wrong keys")]
    assert [_count_taken(rates, "ann", 3) for rates in kinds] == [2, 2]


def test_whose_bucket_is_full_again_is_forgotten_and_no_other(clock: Clock) -> None:
    ledger = Ledger()
    rates = Rates(1, ledger, clock=clock)
    for seconds, who in ((0, "ann"), (30, "bob"), (61, "eve")):
        clock.now = seconds
        rates.take(who)
    assert ledger.find("SELECT group_concat(who) FROM asked") == ("bob,eve",)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1::5", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::6", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_of_ipv6_stands_for_its_network(address: str, name: str) -> None:
    assert name_peer(address) == name
