"""The process that parses documents: bytes come in, documents go out, under limits of its own.

It is killed by the system when a file takes too long, and ends itself when one takes too much
memory, so that no file can harm another. It opens no file that a document names.
"""

import logging
import os
import resource
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from embeddings.documents.formats import ReadOptions, read_bytes
from embeddings.documents.messages import describe_item, pack, unpack
from embeddings.processes import end_with_starter, take_pipes


def main() -> None:
    """Serve files from standard input until it ends."""
    requests, replies = take_pipes()
    logging.disable(logging.CRITICAL)
    if not (first := requests.readline()):
        return
    end_with_starter()
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
