"""`winnow serve`: build where paths are given, then answer by HTTP until stopped."""

import argparse
import errno
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from embeddings.builds import Builds, open_builds
from embeddings.errors import CorpusError, PortTaken, ServiceError
from service.access import Access
from service.cli.admitting import make_access
from service.cli.opening import choose_index, make_live
from service.cli.output import say
from service.live import Live
from service.locations import read_paths
from service.logs import set_up_logs
from service.packed_settings import pack_settings
from service.settings import Settings
from service.shares import Shares
from service.turns import Turns, count_turns

_LONGEST_TURN = 0.001  # seconds that a thread may keep the interpreter from one that waits for it


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Take the port first, so that a taken one is told at once and not after a long build."""
    # Told to stop while it builds or loads, too: the first process of a container has no default.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    set_up_logs(settings.log_format)
    access = make_access(settings)
    if settings.telemetry:
        from service.telemetry import require_packages

        require_packages()
    listener = take_port(settings.host, settings.port)
    with listener:
        paths = read_paths(arguments.paths)
        settings = replace(settings, index=choose_index(settings, paths))
        if paths:
            from service.cli.build import build  # all that reads documents, which nothing else does

            builds, report = build(paths, settings)
            if settings.strict and report.manifest.unreadable:
                raise CorpusError(
                    f"{len(report.manifest.unreadable):,} could not be read (named above), "
                    "and --strict was given",
                    "mend them, or serve without --strict",
                )
        else:
            builds = open_builds(settings.index)
        return _serve(builds, listener, settings, access)


def take_port(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortTaken, ServiceError."""
    try:
        return _listen(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"port {port} on {host} is taken by another program",
                "stop that program, or choose another port: make serve PORT=8001, or --port 8001",
            ) from error
        raise ServiceError(
            f"cannot listen on {host}, port {port}: {error.strerror or error}",
            "choose another --host or --port",
        ) from error


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Without this a second server could still bind before the first one answers.
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _serve(builds: Builds, listener: socket.socket, settings: Settings, access: Access) -> int:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host

    def tell_ready() -> None:
        say(f"serving on http://{shown}:{port} (Ctrl-C stops)")

    if settings.workers == 1:
        live = make_live(builds, settings)
        answer(live, listener, settings, access, lambda _: tell_ready())
        return 0
    from service.supervisor import Supervisor

    supervisor = Supervisor(
        builds,
        listener,
        settings.workers,
        (settings.concurrency or count_turns(settings.workers), settings.queue),
        {"settings": pack_settings(settings)},
    )
    return supervisor.run(settings.stop_timeout, tell_ready)


def answer(
    live: Live,
    listener: socket.socket,
    settings: Settings,
    access: Access,
    begin: Callable[[Callable[[], None]], None],
    turns: Turns | None = None,
    counts: Path | None = None,
    shares: Shares | None = None,
) -> None:
    """Answer until told to stop: by a signal, or by what `begin` is given once all is ready."""
    from service.app import create_app
    from service.limits import Limits
    from service.serving import make_server
    from service.telemetry import Tracing

    # Else whoever asks next waits five milliseconds for each thing that is read or written, and
    # under a heavy load most of all.
    sys.setswitchinterval(_LONGEST_TURN)
    limits = Limits(
        settings.concurrency or count_turns(settings.workers),
        settings.queue,
        settings.timeout,
        settings.max_body,
    )
    tracing = Tracing() if settings.telemetry else None
    app = create_app(live, limits, turns, access, counts, settings.log_queries, tracing)
    server = make_server(app, limits, settings.stop_timeout, shares)
    live.open()
    live.check()
    live.follow()
    begin(server.stop)
    try:
        server.run(sockets=[listener])
    finally:
        live.close()
        if tracing:
            tracing.close()
