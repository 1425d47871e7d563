"""`winnow rollback`: the build before the live one becomes live."""

import argparse

from embeddings.artifact import Artifact
from service.audit import acting
from service.cli.opening import choose_directory
from service.cli.output import print_json
from service.logs import set_up_logs
from service.settings import Settings


def run(_: argparse.Namespace, settings: Settings) -> int:
    """Verify the earlier build, then point to it."""
    set_up_logs(settings.log_format)
    directory = choose_directory(settings)
    with acting("rollback", index=str(directory)) as facts:
        facts["build"] = build = Artifact(directory).rollback()
    if settings.json:
        print_json({"build": build})
    else:
        print(f"build {build} is live again")
    return 0
