"""A folder becomes an index, and a real server answers from it on a port that was free."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.encoders import DEFAULT_ENCODER, Encoder, load_encoder, load_tokenizer
from service.access import Access
from service.app import create_app
from service.limits import Limits
from service.live import Live
from service.serving import make_server
from service.turns import Turns


def publish(folder: Path, index: Path, encoder: str = DEFAULT_ENCODER) -> Artifact:
    """An index of a folder, made with the encoder of that name."""
    artifact = Artifact(index)
    build_index([folder], artifact, lambda: load_encoder(encoder), load_tokenizer(encoder), encoder)
    return artifact


def ask_until_served(address: str, build: str) -> None:
    """Return once a build answers that was published while another one was served."""
    for _ in range(100_000):
        with urlopen(f"{address}/api/info", timeout=60) as answer:
            if json.load(answer)["build"] == build:
                return
    raise AssertionError(f"{build} is not served")


@contextmanager
def serve(
    artifact: Artifact,
    limits: Limits | None = None,
    turns: Turns | None = None,
    load: Callable[[str], Encoder] = load_encoder,
    access: Access | None = None,
    send_buffer: int = 0,
) -> Iterator[str]:
    """The address of a server over an index, or none yet, for as long as the context lasts.

    `send_buffer` in bytes: what the machine takes of an answer before its reader does (0: its own).
    """
    with closing(Live(artifact, load)) as live:
        limits = limits or Limits()
        server = make_server(create_app(live, limits, turns, access), limits)
        # The socket listens before the thread starts, so a first request waits and does not fail.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            if send_buffer:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
                thread.join()
