"""What came of a load, as rows of a table."""

import statistics
from collections.abc import Callable, Mapping, Sequence

from tests.reliability.load import Report
from tests.reliability.served import Footprint

Rows = list[tuple[str, str]]
_MEASURES: tuple[tuple[str, Callable[[Footprint], float]], ...] = (
    ("anonymous memory (PSS), MB", lambda one: one.memory / 1e6),
    ("descriptors", lambda one: one.descriptors),
    ("threads", lambda one: one.threads),
)


def compare_latencies(more: Report, less: Report) -> float:
    """How many times longer one of a hundred waited at least."""
    return more.latencies["p99"] / less.latencies["p99"]


def tell_load(report: Report, name: str) -> Rows:
    refused = report.refused.total()
    share = report.processor_seconds / report.seconds
    cut_off = ", ".join(f"{kind} {count}" for kind, count in sorted(report.cut_off.items()))
    return [
        (f"{name}: asked, answered, refused", f"{report.asked}, {report.answered}, {refused}"),
        (f"{name}: faults", str(report.faults.total())),
        (f"{name}: ms until answered", _show(report.latencies)),
        (f"{name}: ms until refused", _show(report.refusals)),
        (f"{name}: ms that questions were sent late", _show(report.late)),
        (f"{name}: cores that asking took", f"{share:.2f}"),
        (f"{name}: stalling clients cut off", cut_off or "none"),
    ]


def tell_footprints(footprints: Sequence[Footprint], early: int, late: int) -> Rows:
    """Medians of two minutes, each named by when it begins; none where the load was too short."""
    if footprints[-1].seconds < 60 * late + 30:
        return []
    return [
        (
            f"{name}, minute {early} and minute {late}",
            f"{_find_median(footprints, early, value):.1f}, "
            f"{_find_median(footprints, late, value):.1f}",
        )
        for name, value in _MEASURES
    ]


def find_growth(footprints: Sequence[Footprint], early: int, late: int) -> float:
    """By what share the anonymous memory grew between two minutes, by their medians."""
    value = _MEASURES[0][1]
    before = _find_median(footprints, early, value)
    return _find_median(footprints, late, value) / before - 1


def _find_median(
    footprints: Sequence[Footprint], minute: int, value: Callable[[Footprint], float]
) -> float:
    return statistics.median(value(one) for one in footprints if one.seconds // 60 == minute)


def _show(quantiles: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in quantiles.items()) or "none"
