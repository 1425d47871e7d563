"""A folder like a clone, with an index of seeds/ by the real model, and a server over it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from tests.browser.serving import serve

ROOT = Path(__file__).parents[2]
SHOWN_ADDRESS = "127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Clone:
    """Where commands of the documentation run, and what they find there."""

    folder: Path
    environment: dict[str, str]
    address: str

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run one as a person would, its standard error among its output."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command.replace(SHOWN_ADDRESS, self.address)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )


def _write_programs(folder: Path) -> None:
    """`winnow` and `python`, of the interpreter that runs the tests and of this code."""
    folder.mkdir(parents=True)
    for name, arguments in (("winnow", "-m service "), ("python", "")):
        program = folder / name
        text = f'#!/bin/sh\nexec "{sys.executable}" {arguments}"$@"\n'
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)


def _make_environment(folder: Path) -> dict[str, str]:
    (folder / ".curlrc").write_text("fail\n", encoding="utf-8")  # an error answered is one of curl
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WINNOW_")}
    return kept | {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(paths),
        "CURL_HOME": str(folder),
        "HF_HUB_OFFLINE": "1",
        "COLUMNS": "100",
    }


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clone, Path]]:
    """The folder, and a copy of it as it was before any command ran."""
    if not shutil.which("curl"):
        pytest.skip("needs curl, by which the documentation asks: apt install curl")
    home = tmp_path_factory.mktemp("docs")
    _write_programs(home / "bin")
    folder = home / "clone"
    _write_programs(folder / ".venv" / "bin")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    clone = Clone(folder, _make_environment(home), SHOWN_ADDRESS)
    built = clone.run("winnow build seeds")
    assert built.returncode == 0, built.stdout
    shutil.copytree(folder, home / "before")
    (index,) = (home / "before" / "index").iterdir()
    with serve(Artifact(index)) as address:
        yield Clone(folder, clone.environment, address.removeprefix("http://")), home / "before"


@pytest.fixture
def clone(made: tuple[Clone, Path]) -> Clone:
    """The folder as it was: an index is named after the path of its folder, so it is always one."""
    one, before = made
    shutil.rmtree(one.folder)
    shutil.copytree(before, one.folder)
    return one
