"""`winnow verify`: every file of a build, hashed and tried, and the documents it was made of."""

import argparse

from embeddings.artifact import Artifact
from embeddings.manifest import Manifest
from embeddings.sources import compare_sources
from service.cli.opening import choose_directory
from service.cli.output import print_json, say
from service.settings import Settings

SOURCES_CHANGED = 4


def run(_: argparse.Namespace, settings: Settings) -> int:
    """Exit 0 when the build is intact, 4 when it is but a source is not; else IndexDamaged."""
    artifact = Artifact(choose_directory(settings))
    live = artifact.live_id()
    builds = artifact.finished() if settings.all else [live]
    manifests = {build: artifact.verify(build) for build in builds}
    changed = list(compare_sources(manifests[live])) if settings.sources else []
    if settings.json:
        print_json(
            {
                "build": live,
                "intact": True,
                "files": len(manifests[live].files),
                "builds": builds,
                "sources": [{"source": source, "found": found} for source, found in changed],
            }
        )
    else:
        _tell(manifests, changed, settings)
    return SOURCES_CHANGED if changed else 0


def _tell(
    manifests: dict[str, Manifest], changed: list[tuple[str, str]], settings: Settings
) -> None:
    for build, manifest in manifests.items():
        print(f"build {build} is intact: {len(manifest.files)} files as written")
    for source, found in changed:
        print(f"{found}: {source}")
    if changed:
        say("  hint: run `winnow build` again, so that passages are cited from what is there now")
    elif settings.sources:
        print("every source file is as it was read")
