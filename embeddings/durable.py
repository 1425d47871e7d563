"""Writing so that a power cut loses nothing that was said to be done, and a full disk is told."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.errors import IndexUnwritable

# As faiss tells a full disk, in a RuntimeError.
_FULL = [os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)]


def sync(path: Path) -> None:
    """Have a file's content, or a folder's names, on the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, their names synced too."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        sync(path.parent)


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Give one error for a disk that takes no more, however a library tells it."""
    try:
        yield
    except (OSError, RuntimeError, sqlite3.OperationalError) as error:
        if isinstance(error, RuntimeError) and not any(text in str(error) for text in _FULL):
            raise
        raise IndexUnwritable(
            f"the build could not be written to {directory} ({_tell_free(directory)}): {error}",
            "make room there, or choose another folder with --index; what was half written is "
            "removed but for what was encoded, which the next build takes over, and the build that "
            "is live stays so",
        ) from error


def _tell_free(directory: Path) -> str:
    try:
        return f"{shutil.disk_usage(directory).free // 1_000_000:,} MB free"
    except OSError:
        return "which tells no free room"
