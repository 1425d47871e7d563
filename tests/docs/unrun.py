"""What stands in the documentation as a command and is not run there: why, and what is looked at.

Each rule is a pattern that a command begins with or holds, the reason, and a check in its place.
"""

import os
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from service.cli import make_parser
from service.settings import read_settings

ROOT = Path(__file__).parents[2]


def check_target(words: list[str]) -> None:
    """`make` has such a target."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{words[1]}:.* ## ", makefile, re.MULTILINE), words


def check_module(words: list[str]) -> None:
    """`python -m` finds such a program, and it has the flags that are given."""
    found = find_spec(words[2])
    assert words[1] == "-m" and found is not None and found.origin is not None, words
    code = Path(found.origin).read_text(encoding="utf-8")
    assert 'if __name__ == "__main__":' in code, words
    assert [word for word in words if word.startswith("--") and f'"{word}"' not in code] == []


def check_arguments(words: list[str]) -> None:
    """The parser of the command line takes them, and each setting its value."""
    given = words[words.index("winnow") + 1 :] if "winnow" in words else words[1:]
    read_settings(make_parser().parse_args(given), {})


def check_nothing(words: list[str]) -> None:
    """There is nothing to look at."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of command that is not run."""

    pattern: str
    why: str
    check: Callable[[list[str]], None]


RULES = (
    Rule(r"^make ", "makes an environment, or runs these tests", check_target),
    Rule(r"^python -m tests\.", "takes data that is not here, or minutes", check_module),
    Rule(r"^docker ", "needs Docker: make image-test", check_nothing),
    Rule(r"^curl .*\.example\b", "asks a machine that is not there", check_nothing),
    Rule(
        r"winnow .*(\.example\b|ray://|\bray\b|\bFOLDER\b)",
        "names a machine or a folder that is not there",
        check_arguments,
    ),
    Rule(
        r"winnow serve ",
        "does not end; a server of the tests answers in its place",
        check_arguments,
    ),
    Rule(r"winnow bench\b", "takes minutes, and wants a quiet machine", check_arguments),
)


def find_rule(command: str) -> Rule | None:
    """Why a command is not run; None: it is."""
    return next((rule for rule in RULES if re.search(rule.pattern, command)), None)


def split(command: str) -> list[str]:
    """The words of a command, without what it is redirected to, `.venv/bin/winnow` as `winnow`."""
    words = shlex.split(command, comments=True)
    end = next((i for i, word in enumerate(words) if word in (">", "|", "<")), len(words))
    return [word.removeprefix(f".venv{os.sep}bin{os.sep}") for word in words[:end]]
