"""A real shell completes what it was told by `winnow completion`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service.cli import COMMANDS
from service.cli.completion import SHELLS
from tests.service.cli.conftest import Winnow, make_environment

Complete = Callable[[str], set[str]]
# What bash does when the tab key is pressed after a line; compopt wants a keyboard.
PRESS = """
compopt() { :; }
source <(winnow completion bash)
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9
read -ra COMP_WORDS <<<"$1"
[[ $1 != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
function=$(complete -p winnow | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
"$function" winnow "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def complete(tmp_path: Path) -> Complete:
    """What bash offers for a line, in a folder of its own."""
    if not (bash := shutil.which("bash")):
        pytest.skip("needs bash")
    program = tmp_path / "bin" / "winnow"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m service "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"

    def press(line: str) -> set[str]:
        done = subprocess.run(
            [bash, "--norc", "-c", PRESS, "bash", line],
            cwd=tmp_path,
            env=make_environment(PATH=path),
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == ""
        return {word.strip() for word in done.stdout.split("\n")} - {""}

    return press


def test_commands_are_completed(complete: Complete) -> None:
    assert complete("winnow se") == {"search", "serve"}
    assert complete("winnow ") >= set(COMMANDS)


def test_flags_of_the_command_are_completed_and_no_others(complete: Complete) -> None:
    assert complete("winnow serve --po") == {"--port"}
    assert complete("winnow search --po") == set()


def test_values_and_files_are_completed(complete: Complete, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    assert complete("winnow search bees --mode l") == {"lexical"}
    assert complete("winnow build pap") == {"papers/"}


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_script_of_its_own_tongue(winnow_here: Winnow, shell: str) -> None:
    told = winnow_here("completion", shell).stdout
    mark = {"bash": "complete ", "zsh": "#compdef winnow", "fish": "complete --command winnow"}
    assert mark[shell] in told and "_ARGCOMPLETE" in told


def test_another_shell_is_refused(winnow_here: Winnow) -> None:
    refused = winnow_here("completion", "cmd")
    assert refused.returncode == 2
    assert "'cmd'" in refused.stderr and "bash, zsh, fish" in refused.stderr


@pytest.mark.parametrize(("asked", "loaded"), [({}, False), ({"_ARGCOMPLETE": "1"}, True)])
def test_argcomplete_is_loaded_where_a_shell_asks(asked: dict[str, str], loaded: bool) -> None:
    code = (
        "import os, sys\nsys.argv = ['winnow', '--version']\n"
        "os._exit = sys.exit\n"  # as argcomplete ends, before anything could be looked at
        "from service.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'argcomplete', 'torch', 'faiss', 'fastapi', 'onnxruntime'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)"
    )
    line = {"COMP_LINE": "winnow se", "COMP_POINT": "9", "_ARGCOMPLETE_STDOUT_FILENAME": os.devnull}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=make_environment(**line, **asked),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == ("['argcomplete']" if loaded else "[]")
