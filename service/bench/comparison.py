"""Two runs of `winnow bench`: what changed, and what got so much worse that one should look."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.errors import InvalidInput
from service.bench.figures import Figure, show_value

TOLERATED = 0.2
_REMEDY = "give what `winnow bench --json` printed"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure and what it was in an earlier run."""

    figure: Figure
    before: float

    @property
    def share(self) -> float:
        """By how much of what it was it grew."""
        return self.figure.value / self.before - 1

    @property
    def worsened(self) -> bool:
        """By more than a fifth: a time that grew, or a rate that could be as much higher."""
        worse, better = (
            (self.figure.value, self.before)
            if self.figure.less_is_better
            else (self.before, self.figure.value)
        )
        return worse > (1 + TOLERATED) * better


def read_run(path: Path) -> dict[str, float]:
    """The values of an earlier run, by figure. Raises InvalidInput that says what is wrong."""
    try:
        report: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
        return {
            f"{figure['group']}: {figure['name']}": float(figure["value"])
            for figure in report["figures"]
        }
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}", _REMEDY) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput(f"{path} is no run of winnow bench: {error!r}", _REMEDY) from error


def compare(figures: Sequence[Figure], before: Mapping[str, float]) -> list[Change]:
    """The figures that both runs have; one that was 0 says nothing of how it grew."""
    return [Change(one, before[one.key]) for one in figures if before.get(one.key, 0.0) > 0.0]


def warn(changes: Sequence[Change]) -> Iterator[str]:
    """A line for each figure that got much worse."""
    for change in changes:
        if change.worsened:
            figure = change.figure
            yield (
                f"worse than before: {figure.key} is {show_value(figure.value)} {figure.unit}, "
                f"was {show_value(change.before)} ({change.share:+.0%})"
            )
