"""`winnow bench` over seeds/, kept for each machine, and compared with its last run there.

    python -m tests.benchmarks.kept

Prints the tables, and warns of what got worse by more than a fifth; fails for no time. Runs lie in
.bench/runs/, by the fingerprint of the machine. Where Node is, Lighthouse looks at the pages then.
"""

import json
import shutil
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from service.bench.comparison import compare, read_run, warn
from service.bench.machine import find_fingerprint
from service.cli.bench import Report, measure, print_report
from service.settings import Settings
from tests.measurements import lighthouse

ROOT = Path(__file__).parents[2]
RUNS = ROOT / ".bench" / "runs"


def tell(report: Report, runs: Path) -> list[str]:
    """Keep a run, print it beside the last one of this machine; what got worse, a line each."""
    own = runs / find_fingerprint(report.machine)
    own.mkdir(parents=True, exist_ok=True)
    earlier = sorted(own.glob("*.json"))
    changes = compare(report.figures, read_run(earlier[-1])) if earlier else []
    print_report(report, changes)
    name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f.json")
    (own / name).write_text(json.dumps(asdict(report)), encoding="utf-8")
    return list(warn(changes))


def main() -> int:
    """Lighthouse's own code: 1 where a page misses what is wanted; 0 where there is no Node."""
    for line in tell(measure(Settings(build=str(ROOT / "seeds"))), RUNS):
        print(line, file=sys.stderr)
    print()
    if shutil.which("npx") is None:
        print("Lighthouse is left out: it needs Node (apt install nodejs npm)", file=sys.stderr)
        return 0
    return lighthouse.main()


if __name__ == "__main__":
    sys.exit(main())
