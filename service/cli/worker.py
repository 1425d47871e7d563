"""One process of `winnow serve --workers N`, as service/supervisor.py starts it."""

import json
import mmap
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from embeddings.builds import open_builds
from embeddings.errors import WinnowError
from service.approval import Approved
from service.cli.admitting import make_access
from service.cli.opening import make_live
from service.cli.output import show_error
from service.cli.serve import answer
from service.ledger import Ledger
from service.logs import set_up_logs
from service.metrics import keep_counts_of
from service.packed_settings import unpack_settings
from service.shares import Shares
from service.turns import Tokens, Turns


def main() -> None:
    """Answer as told in the first line of standard input, until there is no more of it."""
    order = json.loads(sys.stdin.readline())
    ready = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is for the log
    try:
        _answer(order, ready)
    except WinnowError as error:
        show_error(error)
        sys.exit(error.exit_code)


def _answer(order: dict[str, Any], ready: int) -> None:
    settings, folder = unpack_settings(order["settings"]), Path(order["folder"])
    set_up_logs(settings.log_format)
    ledger, held = Ledger(folder / "ledger"), _map_held(folder)
    keep_counts_of(order["slot"])
    live = make_live(Approved(open_builds(settings.index), folder / "approved"), settings)

    def begin(stop: Any) -> None:
        threading.Thread(target=_stop_at_end, args=(stop,), daemon=True).start()
        os.write(ready, b"ready\n")

    answer(
        live,
        socket.socket(fileno=order["listener"]),
        settings,
        make_access(settings, ledger),
        begin,
        _join_turns(order, held),
        folder / "counts",
        Shares(held, order["shares"], order["shares"][order["slot"]]),
    )


def _map_held(folder: Path) -> memoryview:
    """What the processes hold, as service/supervisor.py lays it out."""
    with (folder / "held").open("r+b") as file:
        return memoryview(mmap.mmap(file.fileno(), 0)).cast("I")


def _join_turns(order: dict[str, Any], held: memoryview) -> Turns:
    ends, places = order["turns"], order["places"]
    turns, queue = (
        Tokens((ends[2 * i], ends[2 * i + 1]), held, place) for i, place in enumerate(places)
    )
    most, longest = order["bounds"]
    return Turns(most, longest, turns, queue)


def _stop_at_end(stop: Any) -> None:
    sys.stdin.read()
    stop()
