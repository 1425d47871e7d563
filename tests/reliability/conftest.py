"""The figures of the tests of load, shown at the end of the run."""

import os
import platform
from pathlib import Path

import pytest

from tests.reliability.figures import Rows

FIGURES = pytest.StashKey[dict[str, Rows]]()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Rows:
    """Takes rows of a name and a value, for a table of this test."""
    tables = request.config.stash.setdefault(FIGURES, {})
    return tables.setdefault(request.node.name, [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    tables = config.stash.get(FIGURES, {})
    for name, rows in tables.items():
        terminalreporter.section(f"{name}, {describe_machine()}")
        width = max((len(label) for label, _ in rows), default=0)
        for label, value in rows:
            terminalreporter.line(f"{label:<{width}}  {value}")


def describe_machine() -> str:
    """Its processor, cores and Python."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(": ")[2] for line in lines if "model name" in line), "unknown")
    return f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}"
