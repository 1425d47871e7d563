"""What the commands print: JSON on standard output, all the rest on standard error."""

import json
import re
import sys
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from embeddings.errors import WinnowError

# What a stage counts, where its name does not say it.
_UNITS = {"reading": "bytes", "encoding": "characters", "splitting": "documents"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def say(message: str) -> None:
    """A line for the person at the terminal, with nothing in it that would command that."""
    print(show_plain(message), file=sys.stderr, flush=True)


def show_error(error: WinnowError) -> None:
    """What happened and where, and what to do next."""
    say(f"winnow: {error.message}")
    if error.hint:
        say(f"  hint: {error.hint}")


def show_plain(text: str) -> str:
    """A document's text without the control characters that would command the terminal."""
    return _CONTROL.sub("\ufffd", text)


def print_json(value: Any) -> None:
    """One JSON value on one line."""
    print(json.dumps(value, ensure_ascii=False))


class ProgressBar:
    """A bar with rate and time left for each stage when a person is watching, else one line."""

    def __init__(self, console: Console | None = None) -> None:
        console = console or Console(stderr=True)
        self._watched = console.is_terminal
        self._bars: dict[str, TaskID] = {}
        self._said: set[str] = set()
        self._progress = Progress(
            TextColumn("{task.description:>16}"),
            BarColumn(20),
            TextColumn("{task.percentage:>3.0f}%"),
            _Rate(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
        )

    def __enter__(self) -> "ProgressBar":
        if self._watched:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._watched:
            self._progress.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not self._watched:
            if stage not in self._said and total:
                unit = f" {_UNITS[stage]}" if stage in _UNITS else ""
                say(f"{stage} {total:,}{unit}" if total > 1 else stage)
                self._said.add(stage)
        elif stage in self._bars:
            self._progress.update(self._bars[stage], completed=done, total=total)
        else:  # what was done before it was first told counts for no rate
            self._bars[stage] = self._progress.add_task(stage, total=total, completed=done)


class _Rate(ProgressColumn):
    """How much is done in a second, of what the stage counts."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed or (task.total or 0) <= 1:
            return Text("")
        return Text(f"{speed:,.0f} {_UNITS.get(task.description, '')}".rstrip() + "/s")
