"""What docs/python.md and the client's README show runs as it stands, and is complete."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.client.test_distribution import METHODS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs/python.md", ROOT / "client/README.md"]


def _find_blocks(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_example_runs(path: Path, installed: Path, address: str) -> None:
    text = "\n".join(_find_blocks(path))
    assert "http://127.0.0.1:8000" in text
    own = {name: value for name, value in os.environ.items() if not name.startswith("WINNOW_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text.replace("http://127.0.0.1:8000", address)],
        env={**own, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "central-asian-militants-al-fath-analysis.txt" in done.stdout


def test_every_method_and_error_has_its_row(library: Any) -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    for name in METHODS:
        assert f"`{name}(" in text, name
    for name in library.__all__:
        if isinstance(kind := getattr(library, name), type) and issubclass(kind, Exception):
            assert f"| `{name}` |" in text or name == "WinnowClientError", name
