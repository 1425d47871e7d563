"""Running `winnow` in an empty folder, with no setting but those a test gives."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from service.cli import main

Winnow = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).parents[3]


def make_environment(**variables: str) -> dict[str, str]:
    """This process's environment without Winnow's own variables, as plain as a fresh shell."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("WINNOW_")}
    own.pop("PYTHONUNBUFFERED", None)
    return {**own, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **variables}


def run_winnow(
    folder: Path, *arguments: object, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder to its end."""
    return subprocess.run(
        [sys.executable, "-m", "service", *map(str, arguments)],
        cwd=folder,
        env=make_environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def winnow(tmp_path: Path) -> Winnow:
    """Run a command in the test's own folder."""
    return partial(run_winnow, tmp_path)


@pytest.fixture
def winnow_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Winnow:
    """The same without a process of its own, for the many ways that a command is refused."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("WINNOW_")]:
        monkeypatch.delenv(name)

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        try:
            code = main(list(map(str, arguments)))
        except SystemExit as end:
            code = int(end.code or 0)
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return run
