"""The notebook of the documentation runs from its first cell to its last, and stores no output."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.docs.conftest import Clone

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebooks" / "explore.ipynb"
KERNEL = "of-this-interpreter"


def _read() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture
def kernel(tmp_path: Path, clone: Clone, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kernel of the interpreter that runs the tests, known to this test alone."""
    launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    known = {
        "argv": launch,
        "display_name": KERNEL,
        "language": "python",
        "env": clone.environment,
    }
    folder = tmp_path / "kernels" / KERNEL
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(known), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    return KERNEL


@pytest.mark.model
def test_every_cell_runs(kernel: str, clone: Clone) -> None:
    folder = clone.folder / "docs" / "notebooks"
    folder.mkdir(parents=True)
    shutil.copy(NOTEBOOK, folder)
    notebook = _read()
    about = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=300, kernel_name=kernel, resources=about).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    printed = "".join(out.get("text", "") for cell in cells for out in cell.outputs)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert "500 foreign terrorist fighters" in printed
    assert "nothing here answers this" in printed
    assert "subscription or donation box" in printed
    assert "hit@1" in printed
    assert "0.9 to 1.0" in printed and "##########" in printed


def test_it_stores_no_output() -> None:
    cells = [cell for cell in _read().cells if cell.cell_type == "code"]
    assert len(cells) >= 8
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


def test_it_is_sound_as_the_format_has_it() -> None:
    nbformat.validate(_read())
