"""The process that parses documents: bytes come in, documents go out, under limits of its own.

It is killed by the system when a file takes too long, and ends itself when one takes too much
memory, so that no file can harm another. It opens no file that a document names.
"""

import logging
import os
import resource
import select
import signal
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

from embeddings.documents.formats import ReadOptions, read_bytes
from embeddings.documents.messages import describe_item, pack, unpack


def main() -> None:
    """Serve files from standard input until it ends."""
    requests, replies = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no reply
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    if not (first := requests.readline()):
        return
    Thread(target=_follow_to_the_end, daemon=True).start()
    limits = unpack(first)
    _limit_memory(limits["memory"])
    replies.write(pack({"ready": True}))
    replies.flush()
    while line := requests.readline():
        request = unpack(line)
        data = requests.read(request["size"])
        signal.setitimer(signal.ITIMER_REAL, limits["seconds"])
        try:
            _serve(data, request, replies)
        except MemoryError:
            del data
            replies.write(pack({"failed": "memory"}))
            return
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            replies.flush()


def _follow_to_the_end() -> None:
    """Once whoever gives the files has gone, however busy this process is, it ends with all that it
    has started.
    """
    requests = select.poll()
    requests.register(0, 0)  # the end of a pipe is told unasked
    requests.poll()
    if os.getpgrp() == os.getpid():  # else it was started by hand, in the group of a shell
        os.killpg(0, signal.SIGKILL)


def _serve(data: bytes, request: dict[str, Any], replies: BinaryIO) -> None:
    options = ReadOptions(**request["options"])
    for item in read_bytes(data, request["ending"], request["source"], request["sha256"], options):
        replies.write(pack(describe_item(item)))
    replies.write(pack({"end": True}))


def _limit_memory(most: int) -> None:
    """At most so many bytes more than now. Not every system keeps to it; Linux does."""
    used = 0
    with suppress(OSError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        used = int(pages) * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (used + most, used + most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
