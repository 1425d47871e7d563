"""What the commands print: JSON on standard output, all the rest on standard error."""

import json
import re
import sys
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from embeddings.errors import WinnowError

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
    """A bar for each stage when a person is watching, else one line a stage."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._watched = console.is_terminal
        self._bars: dict[str, TaskID] = {}
        self._said: set[str] = set()
        self._progress = Progress(
            TextColumn("{task.description:>9}"),
            BarColumn(),
            MofNCompleteColumn(),
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
                say(f"{stage} {total:,}" if total > 1 else stage)
                self._said.add(stage)
            return
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(stage, total=total)
        self._progress.update(self._bars[stage], completed=done, total=total)
