"""`winnow serve` as a process: the port, the first answer, the end."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.service.cli.conftest import Winnow, make_environment


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of this machine that another program listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_a_taken_port_is_told_before_anything_is_built(
    winnow: Winnow, corpus: Path, tmp_path: Path, taken: int
) -> None:
    refused = winnow("serve", corpus, "--encoder", "hashing", "--index", "ix", "--port", taken)
    assert refused.returncode == 1
    assert str(taken) in refused.stderr and "--port" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "ix").exists()


def test_a_port_that_was_just_listened_on_is_told_by_its_variable_too(
    winnow: Winnow, index: Path, taken: int
) -> None:
    refused = winnow("serve", "--index", index, WINNOW_PORT=str(taken))
    assert refused.returncode == 1
    assert str(taken) in refused.stderr


def test_an_address_that_is_not_of_this_machine_is_told(winnow_here: Winnow, index: Path) -> None:
    flags = ("--host", "192.0.2.1", "--port", 0, "--allow-anonymous")
    refused = winnow_here("serve", "--index", index, *flags)
    assert refused.returncode == 1
    assert "192.0.2.1" in refused.stderr and "--host" in refused.stderr


def test_without_an_index_it_ends_at_once(winnow_here: Winnow) -> None:
    refused = winnow_here("serve", "--index", "nowhere", "--port", 0)
    assert refused.returncode == 1
    assert "nowhere" in refused.stderr


def test_strict_serves_nothing_where_a_document_could_not_be_read(
    winnow_here: Winnow, corpus: Path
) -> None:
    (corpus / "empty.txt").touch()
    flags = ("--encoder", "hashing", "--index", "ix", "--port", 0, "--strict")
    refused = winnow_here("serve", corpus, *flags)
    assert refused.returncode == 1
    assert "serving on" not in refused.stderr
    assert "1 could not be read" in refused.stderr and "hint:" in refused.stderr


def test_it_builds_answers_and_ends_when_interrupted(corpus: Path, tmp_path: Path) -> None:
    command = ["serve", corpus, "--encoder", "hashing", "--index", "ix", "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "service", *command],
        cwd=tmp_path,
        env=make_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background may hand down that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stderr
        said = next(line for line in process.stderr if "serving on" in line)
        address = said.split()[2]
        with urlopen(f"{address}/readyz", timeout=60) as answer:
            ready = json.load(answer)
        assert ready["build"] == (tmp_path / "ix" / "current").read_text().strip()
        with urlopen(f"{address}/api/search?q=lighthouse+keeper", timeout=60) as answer:
            assert json.load(answer)["answered"] is True
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130
    assert output == ""
    assert "Traceback" not in errors
