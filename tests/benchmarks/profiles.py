"""Where the time of queries and of a build goes, seen from outside by py-spy.

    python -m tests.benchmarks.profiles INDEX            1,000 queries in process, one by one
    python -m tests.benchmarks.profiles INDEX FOLDER     a build of FOLDER, to the encoder of INDEX

A sample counts for the library that was running, or for the file of Winnow that was. Prints a
Markdown table of what took a hundredth of the samples or more.
"""

import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from embeddings.artifact import Artifact
from service.bench.queries import make_queries
from service.cli.opening import make_live
from service.query import Query
from service.search import Searcher
from service.settings import Settings
from tests.benchmarks.environments import ROOT, NotHere, make_environment

QUERIES, WARMING = 1_000, 50
RATE = 500  # samples a second
LEAST = 0.01
_FRAME = re.compile(r"(?P<name>[^;]+) \((?P<file>[^;()]+):\d+\)")
_PACKAGE = re.compile(r"site-packages/([^/]+)")
_ASKING = "ask_one_by_one"


def ask_one_by_one(searcher: Searcher, queries: Iterable[str]) -> None:
    """What is looked at: samples from elsewhere, such as the start, are left out."""
    for query in queries:
        searcher.search(Query(query))


def ask(index: Path) -> None:
    searcher = make_live(Artifact(index), Settings(index=str(index))).open()
    queries = make_queries(Artifact(index), WARMING + QUERIES)
    for query in queries[:WARMING]:
        searcher.search(Query(query))
    ask_one_by_one(searcher, queries[WARMING:])


def record(command: list[str], *flags: str) -> list[str]:
    """The stacks that py-spy saw, each with how often. Raises NotHere."""
    spy = make_environment("py-spy", needs_torch=False).with_name("py-spy")
    with tempfile.NamedTemporaryFile("r", suffix=".txt", encoding="utf-8") as file:
        told = [str(spy), "record", "--rate", str(RATE), "--format", "raw", "--full-filenames"]
        done = subprocess.run(
            [*told, *flags, "--output", file.name, "--", *command],
            capture_output=True,
            text=True,
            check=False,
        )
        lines = file.read().splitlines()
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotHere(f"py-spy: {last}")
    return lines


def name_innermost(files: Iterable[str]) -> str:
    """Of the files of a stack, outermost first, the last of Winnow, or the library it called."""
    name = ""
    for file in files:
        package = _PACKAGE.search(file)
        path = Path(file)
        if package:
            name = package[1]
        elif path.is_relative_to(ROOT):
            name = str(path.relative_to(ROOT))
    return name or "Python"


def count(stacks: Iterable[str], within: str = "") -> Counter[str]:
    """Samples by what was running, of stacks that hold the function named."""
    found: Counter[str] = Counter()
    for line in stacks:
        stack, _, times = line.rpartition(" ")
        frames = [(one["name"].strip(), one["file"]) for one in _FRAME.finditer(stack)]
        if not within or any(name == within for name, _ in frames):
            found[name_innermost(file for _, file in frames)] += int(times)
    return found


def make_rows(found: Counter[str]) -> Iterator[str]:
    whole = found.total()
    yield f"| where, of {whole:,} samples | share |"
    yield "|---|---|"
    for name, times in found.most_common():
        if times >= LEAST * whole:
            yield f"| {name} | {times / whole:.1%} |"


def main(arguments: list[str]) -> int:
    index = Path(arguments[0])
    try:
        if len(arguments) == 1:
            command = [sys.executable, "-m", "tests.benchmarks.profiles", "--ask", str(index)]
            found = count(record(command), _ASKING)
        else:
            with tempfile.TemporaryDirectory() as folder:
                encoder = Artifact(index).manifest().encoder["name"]
                command = [sys.executable, "-m", "service", "build", arguments[1]]
                command += ["--index", str(Path(folder, "index")), "--encoder", encoder]
                found = count(record(command, "--subprocesses"))
    except NotHere as error:
        print(f"not run here: {error}")
        return 1
    print("\n".join(make_rows(found)))
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "--ask":
        ask(Path(sys.argv[2]))
    else:
        sys.exit(main(sys.argv[1:]))
