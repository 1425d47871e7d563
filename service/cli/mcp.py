"""`winnow mcp`: answer an agent over standard input and output, from the build in use."""

import argparse
import signal
from contextlib import closing

from service.cli.opening import make_live, open_chosen
from service.logs import set_up_logs
from service.settings import Settings


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer until the agent closes its end. Raises ArtifactError, EncoderError."""
    # A thread waits for the next line, and Python would wait for that thread.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    set_up_logs(settings.log_format)
    with closing(make_live(open_chosen(settings), settings)) as live:
        live.open()
        live.check()
        live.follow()
        from service.mcp.stdio import answer_agent

        answer_agent(live)
    return 0
