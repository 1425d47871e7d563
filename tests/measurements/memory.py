"""What a build holds in memory, stage by stage, over the first lines of a JSON Lines file.

    python -m tests.measurements.memory PASSAGES.jsonl.gz 20000 100000 [--build-memory 256]

With the hashing encoder, so that nothing of a model counts. Anonymous memory is what the system
cannot give to others without swapping; mapped files are counted apart, and so is what the
processes that read and take apart hold, all together. Bytes a passage have in them
what any build takes (libraries, the model of languages): two counts tell what grows.
"""

import argparse
import gzip
import subprocess
import sys
import time
from contextlib import suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from embeddings.artifact import Artifact
from embeddings.budget import DEFAULT, Budget
from embeddings.build import build_index
from embeddings.encoders.hashing import HashingEncoder


class _Meter:
    """The most memory seen in each stage, in bytes."""

    def __init__(self) -> None:
        self.stage = "start"
        self.most: dict[str, tuple[int, int, int]] = {}
        self.seconds: dict[str, float] = {}
        self._ended = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        before = time.process_time()
        while not self._ended.wait(0.05):
            stage, now = self.stage, time.process_time()
            found = (*_read_memory("self"), _read_children())
            most = self.most.get(stage, (0, 0, 0))
            self.most[stage] = tuple(map(max, most, found))
            self.seconds[stage] = self.seconds.get(stage, 0.0) + now - before
            before = now

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.stage = stage

    def end(self) -> None:
        self._ended.set()
        self._thread.join()


def _read_children() -> int:
    """The anonymous memory of all processes that this one has started."""
    started = Path("/proc/self/task").glob("*/children")
    found = 0
    for process in " ".join(path.read_text(encoding="ascii") for path in started).split():
        with suppress(OSError, KeyError):  # it has ended meanwhile
            found += _read_memory(process)[0]
    return found


def _read_memory(process: str) -> tuple[int, int]:
    lines = Path("/proc", process, "status").read_text(encoding="utf-8").splitlines()
    held = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return int(held["RssAnon"].split()[0]) << 10, int(held["RssFile"].split()[0]) << 10


def measure(passages: Path, count: int, budget: Budget) -> None:
    """Build over the first passages and print a row a stage."""
    with TemporaryDirectory() as name:
        corpus = Path(name, "corpus")
        corpus.mkdir()
        with gzip.open(passages, "rt", encoding="utf-8") as lines:
            (corpus / "passages.jsonl").write_text("".join(islice(lines, count)), encoding="utf-8")
        encoder, meter = HashingEncoder(), _Meter()
        idle, _ = _read_memory("self")
        report = build_index(
            [corpus],
            Artifact(Path(name, "index")),
            lambda: encoder,
            encoder,
            "hashing",
            progress=meter,
            budget=budget,
        )
        meter.end()
        held = report.manifest.counts["passages"]
        print(
            f"{count:,} lines, {held:,} passages, {idle >> 20} MB before, "
            f"{budget.megabytes:,} MB asked for"
        )
        for stage, (anonymous, mapped, others) in meter.most.items():
            each = (anonymous - idle) / held
            print(
                f"  {stage:<16} {anonymous >> 20:>6,} MB anonymous ({each:>7,.0f} bytes a passage)"
                f" {mapped >> 20:>6,} MB of files {others >> 20:>6,} MB in other processes"
                f" {meter.seconds[stage]:>7.1f} s of CPU"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("passages", type=Path)
    parser.add_argument("counts", type=int, nargs="+")
    parser.add_argument("--build-memory", type=int, default=DEFAULT)
    given = parser.parse_args()
    if len(given.counts) == 1:
        measure(given.passages, given.counts[0], Budget(given.build_memory))
        return
    for count in given.counts:  # each in a process of its own
        memory = ["--build-memory", str(given.build_memory)]
        command = [sys.executable, "-m", __spec__.name, given.passages, str(count), *memory]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
