"""docs/BENCHMARKS.md names commands, flags and files that are there."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from service.cli import COMMANDS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "BENCHMARKS.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines()]


def test_there_are_commands() -> None:
    assert len(LINES) >= 8


@pytest.mark.parametrize("line", LINES)
def test_a_command_is_there_with_its_flags(line: str) -> None:
    words = shlex.split(line, comments=True)
    flags = [word.removeprefix("--") for word in words if word.startswith("--")]
    if words[0] == "winnow":
        assert set(flags) <= set(COMMANDS[words[1]][0])
        return
    assert words[:2] == ["python", "-m"]
    found = find_spec(words[2])
    assert found is not None and found.origin is not None
    code = Path(found.origin).read_text(encoding="utf-8")
    assert all(f'"--{flag}"' in code for flag in flags)
    assert 'if __name__ == "__main__":' in code


def test_targets_and_files_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{name}:" in makefile for name in re.findall(r"`make ([a-z-]+)`", TEXT))
    named = re.findall(r"`(tests/[\w./-]+)`", TEXT)
    assert named and [path for path in named if not (ROOT / path).exists()] == []
