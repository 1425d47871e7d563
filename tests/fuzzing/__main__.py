"""Fuzzes each target for so many seconds, in a process of its own: `make fuzz`.

What is found is put among the inputs that `test_found.py` tries from then on. What reached new code
is kept in `.fuzz/`, where the next run goes on from it.
"""

import argparse
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tests.fuzzing.targets import TARGETS
from tests.fuzzing.test_found import FOUND

ROOT = Path(__file__).parents[2]
GROWN = ROOT / ".fuzz"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of: {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    given = parser.parse_args()
    if unknown := set(given.targets) - TARGETS.keys():
        parser.error(f"no target: {', '.join(sorted(unknown))}")
    if find_spec("atheris") is None:
        print("atheris is not there (it has builds for Linux on x86-64 alone): nothing is fuzzed")
        return 0
    return max([_fuzz(name, given.seconds) for name in given.targets or TARGETS])


def _fuzz(name: str, seconds: int) -> int:
    """1 where something was found, or the target did not run."""
    grown, found, log = GROWN / name, FOUND / name, GROWN / f"{name}.log"
    grown.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    before = set(found.iterdir())
    command = [sys.executable, "-m", "tests.fuzzing.one", name, str(grown), str(found)]
    with log.open("wb") as said:
        code = subprocess.call([*command, str(seconds)], cwd=ROOT, stdout=said, stderr=said)
    new = sorted(path.relative_to(ROOT).as_posix() for path in set(found.iterdir()) - before)
    if code == 0 and not new:
        print(f"{name}: nothing found ({_tell_coverage(log)})", flush=True)
        return 0
    print(f"{name}: exit code {code}, {', '.join(new) or 'no input'}; see {log}", flush=True)
    return 1


def _tell_coverage(log: Path) -> str:
    """The fuzzer's last words on how far it came."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if " cov: " in line), "not told")


if __name__ == "__main__":
    sys.exit(main())
