"""`winnow verify`: every file of a build, hashed and tried, and every passage in its source."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from embeddings import __version__
from embeddings.builds import Builds
from embeddings.earlier import list_libraries
from embeddings.manifest import Manifest
from embeddings.sources import Displaced, DocumentCheck, SourceCheck, check_sources
from service.cli.opening import open_chosen
from service.cli.output import ProgressBar, print_json, say, show_plain
from service.settings import Settings

SOURCES_CHANGED = 4
_MOST_LISTED = 10


def run(_: argparse.Namespace, settings: Settings) -> int:
    """Exit 0 when the build is intact, 4 when it is but a citation is not; else IndexDamaged."""
    builds = open_chosen(settings)
    live = builds.live_id()
    ids = builds.finished() if settings.all else [live]
    manifests = {build: builds.verify(build) for build in ids}
    checks = _check_all(builds) if settings.sources else []
    if settings.json:
        print_json(
            {
                "build": live,
                "intact": True,
                "files": len(manifests[live].files),
                "builds": ids,
                "sources": [_describe_source(check) for check in checks],
                "summary": _sum_up(checks) if settings.sources else None,
            }
        )
    else:
        for build, manifest in manifests.items():
            print(f"build {build} is intact: {len(manifest.files)} files as written")
        if settings.sources:
            _tell(checks, manifests[live])
    return 0 if all(check.is_sound for check in checks) else SOURCES_CHANGED


def _check_all(builds: Builds) -> list[SourceCheck]:
    manifest, index = builds.open()
    try:
        with ProgressBar() as progress:
            return list(check_sources(manifest, index, progress))
    finally:
        index.close()


def _describe_source(check: SourceCheck) -> dict[str, Any]:
    return {
        "source": check.source,
        "found": check.found,
        "reason": check.reason or None,
        "passages": check.passages,
        "standing": check.standing,
        "documents": [_describe_document(document) for document in check.documents],
    }


def _describe_document(check: DocumentCheck) -> dict[str, Any]:
    return {
        "document_id": check.id,
        "source": check.source,
        "found": check.found,
        "extractor": check.extractor,
        "extractor_now": check.extractor_now,
        "passages": check.passages,
        "standing": check.passages - len(check.displaced),
        "displaced": [_describe_displaced(displaced) for displaced in check.displaced],
    }


def _describe_displaced(displaced: Displaced) -> dict[str, Any]:
    now = displaced.now
    return {
        "passage_id": displaced.passage_id,
        "start": displaced.start,
        "end": displaced.end,
        "found": "moved" if now else "gone",
        "now": {"start": now.start, "end": now.end} if now else None,
    }


def _sum_up(checks: Sequence[SourceCheck]) -> dict[str, int]:
    """Files by what was found, and passages by whether they are where they are cited."""
    files = Counter(check.found for check in checks)
    displaced = [
        one for check in checks for document in check.documents for one in document.displaced
    ]
    unchecked = sum(check.passages for check in checks if check.found in ("missing", "unreadable"))
    return {
        **{name: files[name] for name in ("unchanged", "changed", "missing", "unreadable", "new")},
        "passages": sum(check.passages for check in checks),
        "standing": sum(check.standing for check in checks),
        "moved": sum(one.now is not None for one in displaced),
        "gone": sum(one.now is None for one in displaced),
        "unchecked": unchecked,
    }


def _tell(checks: Sequence[SourceCheck], manifest: Manifest) -> None:
    for check in checks:
        if check.found != "unchanged" or check.documents:
            _tell_source(check, manifest)
    found = _sum_up(checks)
    files = (
        f"{found[name]:,} {name}" for name in ("unchanged", "changed", "missing", "unreadable")
    )
    print(f"files: {', '.join(files)}, {found['new']:,} new")
    print(
        f"passages: {found['standing']:,} of {found['passages']:,} where they are cited, "
        f"{found['moved']:,} moved, {found['gone']:,} gone, {found['unchecked']:,} not checked"
    )
    if not all(check.is_sound for check in checks):
        say("  hint: run `winnow build` again, so that passages are cited from what is there now")


def _tell_source(check: SourceCheck, manifest: Manifest) -> None:
    said = [check.reason] if check.reason else []
    if check.found == "changed":
        said.append(_say_standing(check.standing, check.passages))
    elif check.found in ("missing", "unreadable"):
        said.append(f"{_count_passages(check.passages)} not checked")
    if check.found != "unchanged":
        _print_line(f"{check.found}: {check.source} ({'; '.join(said)})")
    for document in check.documents:
        if document.found == "reread":
            standing = _say_standing(document.passages - len(document.displaced), document.passages)
            _print_line(f"{_say_reread(document, manifest)}: {document.source} ({standing})")
        elif check.found == "unchanged":
            _print_line(f"no longer read: {check.reason or document.source}")
    lines = [line for document in check.documents for line in _list_displaced(document)]
    for line in lines[:_MOST_LISTED]:
        _print_line(f"  {line}")
    if len(lines) > _MOST_LISTED:
        print(f"  and {len(lines) - _MOST_LISTED:,} more (all of them with --json)")


def _say_reread(document: DocumentCheck, manifest: Manifest) -> str:
    """Why the same bytes give another text."""
    before, now = document.extractor, document.extractor_now
    if before != now:
        return f"only the extractor changed ({before or 'none'} → {now or 'none'})"
    earlier = {**manifest.libraries, "Winnow": manifest.version}
    present = {**list_libraries(), "Winnow": __version__}
    others = [
        f"{name} {earlier[name]} → {present[name]}"
        for name in sorted(earlier.keys() & present.keys())
        if earlier[name] != present[name]
    ]
    return f"only its reading changed ({', '.join(others) or 'by what no version tells'})"


def _say_standing(standing: int, passages: int) -> str:
    return f"{standing:,} of {_count_passages(passages)} cited rightly"


def _count_passages(count: int) -> str:
    return f"{count:,} passage{'' if count == 1 else 's'}"


def _list_displaced(document: DocumentCheck) -> Iterator[str]:
    for one in document.displaced:
        found = f"moved to {one.now.start}-{one.now.end}" if one.now else "gone"
        yield f"{document.source}:{one.start}-{one.end} {found}, passage {one.passage_id}"


def _print_line(line: str) -> None:
    print(show_plain(line))
