"""`winnow rollback`: the build before the live one becomes live."""

import argparse

from embeddings.artifact import Artifact
from service.cli.opening import choose_directory
from service.cli.output import print_json
from service.settings import Settings


def run(_: argparse.Namespace, settings: Settings) -> int:
    """Verify the earlier build, then point to it."""
    build = Artifact(choose_directory(settings)).rollback()
    if settings.json:
        print_json({"build": build})
    else:
        print(f"build {build} is live again")
    return 0
