"""`winnow build`: documents -> a published index."""

import argparse
from dataclasses import asdict, replace
from pathlib import Path

from embeddings.budget import Budget
from embeddings.build import BuildOptions, BuildReport, build_index
from embeddings.builds import Builds, is_address, open_builds
from embeddings.documents import require_ocr
from embeddings.encoders import (
    DEFAULT_ENCODER,
    Encoder,
    RoundedEncoder,
    load_encoder,
    load_rounded,
    load_tokenizer,
)
from embeddings.errors import InvalidInput
from embeddings.shards.workers import open_workers
from service.audit import acting
from service.cli.opening import choose_index
from service.cli.output import ProgressBar, print_json, say
from service.locations import locate_index, read_paths
from service.logs import set_up_logs
from service.settings import Settings

_MOST_LISTED = 10


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Build, report, and with --strict fail when a document could not be read."""
    set_up_logs(settings.log_format)
    check_settings(settings)
    _, report = build(read_paths(arguments.paths), settings)
    if settings.json:
        manifest = report.manifest
        print_json(
            {
                "build": manifest.build,
                "fresh": report.fresh,
                "seconds": round(report.seconds, 2),
                "encoded": report.encoded,
                "files": asdict(report.changes),
                "counts": manifest.counts,
                "int8": asdict(report.loss) if report.loss else None,
                "unreadable": [
                    {"source": source, "reason": reason} for source, reason in manifest.unreadable
                ],
                "skipped": [
                    {"source": source, "reason": reason} for source, reason in manifest.skipped
                ],
                "notices": [
                    {"source": source, "notice": notice} for source, notice in manifest.notices
                ],
            }
        )
    return 1 if settings.strict and report.manifest.unreadable else 0


def check_settings(settings: Settings) -> None:
    """Raises InvalidInput where two of them exclude each other."""
    if settings.int8 and settings.device not in ("auto", "cpu"):
        raise InvalidInput(f"--int8 runs on the CPU, not on {settings.device}", "leave one out")
    if settings.int8 and settings.build_workers != 1:
        raise InvalidInput("--int8 encodes in one process, without --workers", "leave one out")


def build(
    paths: list[Path], settings: Settings, builds: Builds | None = None
) -> tuple[Builds, BuildReport]:
    """Build the index of the paths where it belongs, telling the person what was found."""
    name = settings.encoder or DEFAULT_ENCODER
    workers = open_workers(settings.build_workers, settings.device)
    builds = builds or open_target(paths, settings)
    rounded: list[RoundedEncoder] = []

    def load() -> Encoder:
        if not settings.int8:
            return load_encoder(name, say, settings.device)
        rounded.append(load_rounded(name, say))
        return rounded[0]

    with acting("build", index=builds.place) as facts, ProgressBar() as progress:
        report = build_index(
            paths,
            builds,
            load,
            load_tokenizer(name),
            name,
            _choose_options(settings),
            replace=settings.replace,
            rehash=settings.rehash,
            progress=progress,
            budget=Budget(settings.build_memory),
            workers=workers,
        )
        if rounded:
            report = replace(report, loss=rounded[0].measure_loss())
        facts |= {"build": report.manifest.build, "published": "yes" if report.fresh else "no"}
    _tell(report, builds.place)
    return builds, report


def open_target(paths: list[Path], settings: Settings) -> Builds:
    """The builds of the index that the paths are built into.

    A database is given a folder on this machine for what the build works with.
    """
    index, kept = choose_index(settings, paths), settings.keep_builds
    if not is_address(index):
        return open_builds(index, kept=kept)
    from embeddings.index.postgres.addresses import read_address

    return open_builds(index, locate_index(paths, Path.cwd(), read_address(index).shown), kept)


def _choose_options(settings: Settings) -> BuildOptions:
    return BuildOptions(
        keep_all=settings.keep_all,
        text_column=settings.text_column,
        include=settings.include,
        exclude=settings.exclude,
        int8=settings.int8,
        ocr=require_ocr(settings.ocr_languages) if settings.ocr else "",
        min_recall=settings.min_recall,
    )


def _tell(report: BuildReport, place: str) -> None:
    manifest, counts = report.manifest, report.manifest.counts
    did = "built" if report.fresh else "nothing changed since build"
    say(
        f"{did} {manifest.build} in {place}: {counts['documents']:,} documents, "
        f"{counts['passages']:,} passages, {counts['folded']:,} folded, "
        f"{counts['set_aside']:,} lines set aside, {counts['unreadable']:,} unreadable "
        f"({report.seconds:.1f} s)"
    )
    files = ", ".join(f"{count:,} {kind}" for kind, count in asdict(report.changes).items())
    say(f"  files: {files}")
    if loss := report.loss:
        say(
            f"  int8: cosine to the exact vectors {loss.mean_cosine} on average, "
            f"{loss.least_cosine} at least, {loss.nearest_kept:.1%} of the ten nearest kept, "
            f"in {loss.texts:,} texts encoded"
        )
    _list("unreadable", manifest.unreadable)
    _list("notice", manifest.notices)
    _list("skipped", manifest.skipped)


def _list(kind: str, pairs: list[list[str]]) -> None:
    for source, reason in pairs[:_MOST_LISTED]:
        say(f"  {kind}: {source + ': ' if source else ''}{reason}")
    if len(pairs) > _MOST_LISTED:
        say(f"  and {len(pairs) - _MOST_LISTED:,} more {kind} (all of them with --json)")
