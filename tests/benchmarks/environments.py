"""Environments of their own for the programs that Winnow is measured beside, under .bench/."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".bench"
_TORCH = re.compile(r"^torch==(\S+) ;", re.MULTILINE)
_INDEX = re.compile(r"^torch_index=(\S+)$", re.MULTILINE)


class NotHere(Exception):
    """Something cannot run on this machine, and why."""


def make_environment(name: str, needs_torch: bool = True) -> Path:
    """The Python of an environment with what `requirements-<name>.txt` pins. Raises NotHere."""
    requirements = Path(__file__).with_name(f"requirements-{name}.txt")
    python = HOME / name / "bin" / "python"
    stamp = HOME / name / "installed.txt"
    pins = requirements.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == pins:
        return python
    print(f"making an environment for {name}", file=sys.stderr)
    _run([sys.executable, "-m", "venv", "--clear", str(HOME / name)])
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if needs_torch:
        _install_torch(pip)
    _run([*pip, "--no-deps", "-r", str(requirements)])
    stamp.write_text(pins, encoding="utf-8")
    return python


def _install_torch(pip: list[str]) -> None:
    """The CPU build, from where `requirements/install.sh` takes it."""
    version = _find(_TORCH, "torch.txt")
    try:
        _run([*pip, f"torch=={version}"])
    except NotHere:
        _run([*pip, "--extra-index-url", _find(_INDEX, "install.sh"), f"torch=={version}"])


def _find(pattern: re.Pattern[str], name: str) -> str:
    found = pattern.search((ROOT / "requirements" / name).read_text(encoding="utf-8"))
    assert found
    return found[1]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotHere(f"{' '.join(command[-2:])}: {last}")
