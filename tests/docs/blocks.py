"""The commands that stand in the documentation, with what they are said to print.

Blocks marked `sh` hold commands; of those marked `console` the lines after `$ ` are commands, and
what follows is their output, shortened by `…`. A block marked `text` is shown, and not run.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMPT = "$ "
LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Command:
    """Something to run, and the lines that it is said to print, in their order."""

    text: str
    prints: list[str] = field(default_factory=list)


def find_commands(path: Path) -> list[Command]:
    """Every command of a page, in its order."""
    found: list[Command] = []
    for kind, block in _BLOCK.findall(path.read_text(encoding="utf-8")):
        if kind == "sh":
            found += map(Command, join_lines(block.splitlines()))
        elif kind == "console":
            found += _read_console(block.splitlines())
    return found


def _read_console(lines: list[str]) -> Iterator[Command]:
    assert lines[0].startswith(_PROMPT), f"begins with no command: {lines[0]}"
    current = Command(lines[0].removeprefix(_PROMPT))
    for line in lines[1:]:
        if line.startswith(_PROMPT):
            yield current
            current = Command(line.removeprefix(_PROMPT))
        else:
            current.prints.append(line)
    yield current


def join_lines(lines: list[str]) -> Iterator[str]:
    """Lines -> commands: one that the shell would wait for more of goes on in the next line."""
    begun: list[str] = []
    for line in lines:
        begun.append(line)
        text = "\n".join(begun)
        if not line.endswith("\\") and _is_whole(text):
            begun = []
            if line.strip():
                yield text
    assert not begun, f"ends within a command: {begun[0]}"


def _is_whole(text: str) -> bool:
    done = subprocess.run(["bash", "-n", "-c", text], capture_output=True)
    return done.returncode == 0 and not done.stderr


def find_missing(prints: list[str], output: str) -> str | None:
    """The first of the lines said to be printed that does not come, in its order; None: all do."""
    lines = iter(output.splitlines())
    for shown in prints:
        pattern = ".*".join(map(re.escape, shown.rstrip().split(LEFT_OUT)))
        is_left_out = not shown.strip(LEFT_OUT).strip()
        if not is_left_out and not any(re.fullmatch(pattern, line.rstrip()) for line in lines):
            return shown
    return None
