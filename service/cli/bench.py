"""`winnow bench`: how fast an index answers and is built here, beside what the machine can do."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from embeddings.builds import Builds, open_builds
from embeddings.encoders import DEFAULT_ENCODER, Encoder, load_encoder, load_tokenizer
from embeddings.errors import CorpusMissing, InvalidInput
from service.bench.building import BuildTimes, time_build
from service.bench.comparison import Change, compare, read_run, warn
from service.bench.figures import Figure, make_table, show_value
from service.bench.machine import describe_machine, read_load
from service.bench.made import write_texts
from service.bench.measuring import (
    Plan,
    describe_build,
    describe_disk,
    describe_index,
    measure_limits,
    measure_queries,
    measure_served,
)
from service.bench.queries import make_queries
from service.bench.stages import TOTAL
from service.cli.opening import choose_index, make_live
from service.cli.output import ProgressBar, print_json, say
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, where, and what else the machine did."""

    machine: dict[str, Any]
    load: dict[str, list[float]]
    index: dict[str, Any]
    figures: list[Figure]


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the figures; those that got worse than in the run given are told, and fail nothing."""
    before = read_run(Path(settings.compare).expanduser()) if settings.compare else None
    report = measure(settings)
    changes = compare(report.figures, before) if before is not None else []
    if settings.json:
        print_json(asdict(report))
    else:
        print_report(report, changes)
    for line in warn(changes):
        say(line)
    return 0


def measure(settings: Settings, plan: Plan | None = None) -> Report:
    """Measure the index meant, or one that is made for it. Raises WinnowError."""
    plan = plan or Plan()
    _refuse_two(settings)
    machine, load = describe_machine(), read_load()
    with _find_index(settings) as (name, built):
        index, figures = _measure_index(replace(settings, index=name), plan)
    figures += describe_build(built) if built else []
    return Report(machine, {"before": load, "after": read_load()}, index, figures)


def _measure_index(settings: Settings, plan: Plan) -> tuple[dict[str, Any], list[Figure]]:
    builds = open_builds(settings.index)
    searcher = make_live(builds, settings).open()
    manifest = searcher.manifest
    index = describe_index(builds, manifest, searcher)
    queries = make_queries(builds, plan.all_queries)
    tokenizer = load_tokenizer(settings.encoder or manifest.encoder["name"])
    say("measuring limits")
    figures, limits = measure_limits(manifest, tokenizer, queries[: plan.queries], plan)
    say("measuring queries")
    asked = queries[: len(queries) - plan.load * len(plan.clients)]
    figures += measure_queries(searcher, asked, limits)
    searcher.close()
    alone = next(one.value for one in reversed(figures) if one.name == TOTAL)
    served = measure_served(settings.index, settings.encoder, plan, queries, limits, alone, say)
    return index, [*figures, *served, *describe_disk(manifest)]


def _refuse_two(settings: Settings) -> None:
    given = {"--index": settings.index, "--build": settings.build, "--passages": settings.passages}
    named = [flag for flag, value in given.items() if value]
    if len(named) > 1:
        raise InvalidInput(
            f"{' and '.join(named)} were given", "give one: each says what to measure"
        )


@contextmanager
def _find_index(settings: Settings) -> Iterator[tuple[str, BuildTimes | None]]:
    """An index that is there, or one built in a temporary folder, with the time that took."""
    if not (settings.build or settings.passages):
        name = choose_index(settings)
        open_builds(name).live_id()
        yield name, None
        return
    with tempfile.TemporaryDirectory() as temporary:
        if settings.build:
            folder = Path(settings.build).expanduser()
            if not folder.exists():
                raise CorpusMissing(f"{folder} does not exist", "name a folder of documents")
        else:
            folder = Path(temporary, "texts")
            folder.mkdir()
            write_texts(folder, settings.passages)
        name = str(Path(temporary, "index"))
        yield name, _build(folder, open_builds(name), settings.encoder or DEFAULT_ENCODER)


def _build(folder: Path, builds: Builds, name: str) -> BuildTimes:
    encoder: Encoder = load_encoder(name)
    with ProgressBar() as progress:
        return time_build(folder, builds, encoder, load_tokenizer(name), name, progress)


def print_report(report: Report, changes: list[Change]) -> None:
    """The machine, the tables, and each figure's change where an earlier run was given."""
    machine, index = report.machine, report.index
    print(f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB")
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    print(f"{machine['system']}; {versions}")
    before, after = (report.load[name] for name in ("before", "after"))
    print(f"load before {before}, after {after} (1, 5 and 15 minutes)")
    print(
        f"{index['passages']:,} passages, {index['sentences']:,} sentences; "
        f"encoder {index['encoder']}, run by {index['runs_by']}"
    )
    print("\n".join(make_table(report.figures)))
    if changes:
        print("\nbefore and now")
    for change in changes:
        figure = change.figure
        print(
            f"  {figure.key:<50}{show_value(change.before):>10} -> "
            f"{show_value(figure.value):>10} {figure.unit:<8}{change.share:>+8.0%}"
        )
