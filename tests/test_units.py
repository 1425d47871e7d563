"""deploy/'s units for systemd: what they start exists, and they may do no more than they need."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from service.cli import COMMANDS, make_parser

DEPLOY = Path(__file__).parents[1] / "deploy"
PROGRAM = "/usr/local/bin/winnow"
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
MOST_EXPOSED = 20  # tenths, of what `systemd-analyze security` counts


def _read(path: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)


def _analyze(*arguments: object) -> subprocess.CompletedProcess[str]:
    if not (program := shutil.which("systemd-analyze")):
        pytest.skip("needs systemd-analyze")
    return subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units beside each other, with a program where they look for Winnow's."""
    there = shutil.which("true")
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace(PROGRAM, there or PROGRAM)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", [path.name for path in UNITS])
def test_systemd_finds_nothing_wrong(installed: Path, name: str) -> None:
    done = _analyze("verify", "--man=no", installed / name)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("name", [path.name for path in SERVICES])
def test_they_may_do_little(installed: Path, name: str) -> None:
    flags = ("--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager")
    done = _analyze("security", *flags, installed / name)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_every_command_and_flag_that_is_started_exists(path: Path) -> None:
    started = [shlex.split(line) for line in _read(path, "ExecStart")]
    assert started
    for program, command, *rest in started:
        assert program == PROGRAM
        assert command in COMMANDS
        assert make_parser().parse_args([command, *rest]).command == command


def test_both_are_one_user_with_one_index() -> None:
    for key in ("User", "DynamicUser", "StateDirectory", "CacheDirectory", "Environment"):
        assert _read(SERVICES[0], key) == _read(SERVICES[1], key) != []
    places = {
        re.findall(r"--index (\S+)", line)[0]
        for path in SERVICES
        for line in _read(path, "ExecStart")
    }
    assert places == {"${STATE_DIRECTORY}/index"}


def test_news_is_no_failure() -> None:
    assert _read(DEPLOY / "winnow-news.service", "SuccessExitStatus") == ["5"]
