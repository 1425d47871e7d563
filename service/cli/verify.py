"""`winnow verify`: every file of the live build, hashed and tried."""

import argparse

from embeddings.artifact import Artifact
from service.cli.opening import choose_directory
from service.cli.output import print_json
from service.settings import Settings


def run(_: argparse.Namespace, settings: Settings) -> int:
    """Exit 0 when the live build is intact; else IndexDamaged names the file."""
    manifest = Artifact(choose_directory(settings)).verify()
    if settings.json:
        print_json({"build": manifest.build, "intact": True, "files": len(manifest.files)})
    else:
        print(f"build {manifest.build} is intact: {len(manifest.files)} files as written")
    return 0
