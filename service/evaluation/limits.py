"""Which measures say good or bad, and how good they must be for `winnow evaluate` to succeed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from embeddings.errors import InvalidInput

Limit = tuple[str, float]
"""A measure's name, and the worst value it may have."""

_OF_ANSWERS = (
    "refused_wrongly",
    "refused_wrongly_share",
    "calibration_error",
    "repeated_hits",
    "latency_p50_ms",
    "latency_p95_ms",
)


@dataclass(frozen=True, slots=True)
class Names:
    """The measures that say good or bad: of the `higher` more is better, of the `lower` less."""

    higher: tuple[str, ...]
    lower: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return self.higher + self.lower


OF_COLLECTIONS = Names(
    ("ndcg@10", "mrr@10", "recall@10", "recall@100", "hit@1", "hit@3"), _OF_ANSWERS
)
OF_QUESTIONS = Names(
    (
        *("first_right", "in_first_three", "hit@1", "hit@3", "mrr@10"),
        *("refused_rightly", "cross_first_right", "near_refused"),
    ),
    (*_OF_ANSWERS, "furniture_hits"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The least of some measures and the most of others."""

    least: Sequence[Limit] = ()
    most: Sequence[Limit] = ()

    def check(self, names: Names) -> None:
        """Raises InvalidInput where a name is none, or of the other kind."""
        for name, _ in self.least:
            _check(name, "--fail-under", names.higher, "--fail-over", names.lower)
        for name, _ in self.most:
            _check(name, "--fail-over", names.lower, "--fail-under", names.higher)

    def find_failures(self, measures: Mapping[str, float]) -> Iterator[str]:
        """Each measure that is worse than it may be, with by how much."""
        for name, limit in self.least:
            if measures[name] < limit:
                yield _tell(name, measures[name], "under", limit)
        for name, limit in self.most:
            if measures[name] > limit:
                yield _tell(name, measures[name], "over", limit)


def _check(
    name: str, flag: str, own: Sequence[str], other_flag: str, others: Sequence[str]
) -> None:
    if name in own:
        return
    found = f"is limited by {other_flag}" if name in others else "is no measure of this dataset"
    raise InvalidInput(f"{flag}: {name} {found}", f"{flag} takes {', '.join(own)}")


def _tell(name: str, value: float, side: str, limit: float) -> str:
    return f"{name} is {value:g}, {abs(value - limit):.4g} {side} {limit:g}"
