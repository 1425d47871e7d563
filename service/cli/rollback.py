"""`winnow rollback`: the build before the live one becomes live."""

import argparse

from service.audit import acting
from service.cli.opening import open_chosen
from service.cli.output import print_json
from service.logs import set_up_logs
from service.settings import Settings


def run(_: argparse.Namespace, settings: Settings) -> int:
    """Verify the earlier build, then point to it."""
    set_up_logs(settings.log_format)
    builds = open_chosen(settings)
    with acting("rollback", index=builds.place) as facts:
        facts["build"] = build = builds.rollback()
    if settings.json:
        print_json({"build": build})
    else:
        print(f"build {build} is live again")
    return 0
