"""A figure with the limit it is held against, and many of them as a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

_LESS_IS_BETTER = frozenset({"ms", "s", "MB", "bytes"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `limit` is the best that there could be, `against` says of what.

    `beside` are values of the same unit that belong to it, such as its p95 where it is a p50.
    """

    group: str
    name: str
    value: float
    unit: str
    limit: float | None = None
    against: str = ""
    beside: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.group}: {self.name}"

    @property
    def less_is_better(self) -> bool:
        return self.unit in _LESS_IS_BETTER

    @property
    def reached(self) -> float | None:
        """How many times the limit a time is; the share of the limit that a rate reaches."""
        return self.value / self.limit if self.limit else None


def describe_times(
    group: str,
    name: str,
    milliseconds: Sequence[float],
    limit: float | None = None,
    against: str = "",
) -> Figure:
    """The median of some times, p95 and p99 beside it."""
    p50, p95, p99 = (float(value) for value in np.percentile(milliseconds, (50, 95, 99)))
    return Figure(group, name, p50, "ms", limit, against, {"p95": p95, "p99": p99})


def make_table(figures: Sequence[Figure]) -> Iterator[str]:
    """The lines of a table for each group, in the order in which they first come."""
    for group in dict.fromkeys(figure.group for figure in figures):
        rows = [_show(figure) for figure in figures if figure.group == group]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        yield ""
        yield group
        for name, value, beside, limit in rows:
            line = f"  {name:<{widths[0]}}  {value:>{widths[1]}}  {beside:<{widths[2]}}  {limit}"
            yield line.rstrip()


def _show(figure: Figure) -> tuple[str, str, str, str]:
    beside = "  ".join(f"{name} {show_value(value)}" for name, value in figure.beside.items())
    limit = ""
    if figure.limit is not None and figure.reached is not None:
        reached = f"{figure.reached:.1f}x" if figure.less_is_better else f"{figure.reached:.0%}"
        limit = f"{reached} of {show_value(figure.limit)} ({figure.against})"
    return figure.name, f"{show_value(figure.value)} {figure.unit}", beside, limit


def show_value(value: float) -> str:
    """Three digits that count, and no fraction of large numbers."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
