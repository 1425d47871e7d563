"""What `winnow evaluate` prints for a person, taken from its report."""

from collections.abc import Mapping
from typing import Any

from service.cli.output import show_plain

Report = Mapping[str, Any]
_LEFT = 24


def print_report(report: Report) -> None:
    """Measures first, then what was asked for beside them, then what to look at."""
    if "modes" in report:
        _print_rows(f"{report['measures']['queries']} queries", report["modes"])
    else:
        _print_rows("kind", report["kinds"])
    if "signals" in report:
        print()
        _print_rows("signals", report["signals"])
    print()
    if "comparison" in report:
        _print_comparison(report["comparison"])
    else:
        for name, value in report["measures"].items():
            print(f"{name:<{_LEFT}}{value:>10g}")
    _print_misses(report.get("questions", ()))


def _print_rows(corner: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    names = list(next(iter(rows.values())))
    print(f"{corner:<{_LEFT}}" + "".join(f"{name:>16}" for name in names))
    for row, values in rows.items():
        shown = (f"{value:.4f}" if isinstance(value, float) else value for value in values.values())
        print(f"{row:<{_LEFT}}" + "".join(f"{value:>16}" for value in shown))


def _print_comparison(comparison: Report) -> None:
    print(f"{comparison['before']:<{_LEFT}}{'before':>10}    {'now':>10}{'difference':>14}")
    for name, values in comparison["measures"].items():
        before, now, difference = values["before"], values["now"], values["difference"]
        print(f"{name:<{_LEFT}}{before:>10g} -> {now:>10g}{difference:>+14g}")
    print(
        f"\n{comparison['compared']} of {comparison['queries']} queries: "
        f"{comparison['better']} better, {comparison['worse']} worse, "
        f"{comparison['mean_difference']:+g} on average; p = {comparison['p_value']:g} that chance "
        f"alone moves it as far ({comparison['test']})"
    )
    if comparison["moved"]:
        print("\nmoved most:")
    for one in comparison["moved"]:
        print(f"  {one['id']:<12}{one['before']:.4f} -> {one['now']:.4f}  {_show(one)}")


def _print_misses(questions: list[Report] | tuple[()]) -> None:
    misses = [one for one in questions if one["answerable"] and one["rank"] != 1]
    if misses:
        print("\nfirst hit not right:")
    for one in misses:
        print(f"  {one['id']:<6}{one['kind']:<12}rank {one['rank']}  {_show(one)}")
    wrong = [one for one in questions if one["answerable"] != one["answered"]]
    if wrong:
        print("\nrefused or answered by mistake:")
    for one in wrong:
        print(f"  {one['id']:<6}{one['kind']:<12}{_show(one)}")


def _show(one: Report) -> str:
    return show_plain(" ".join(one["question"].split()))
