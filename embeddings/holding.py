"""Who reads a build holds its folder, so that no sweep takes it away meanwhile.

A lock of the system (flock) on the folder itself: it ends with the process that holds it, however
that ends. Where a file system knows no such locks nothing is held, and nothing is taken for free.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def hold(folder: Path) -> int:
    """Hold a folder together with other readers until the descriptor given is closed.

    Raises OSError where there is no such folder, or it is being swept.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    except OSError:
        pass
    return descriptor


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder for as long as the context lasts. Raises OSError as `hold` does."""
    descriptor = hold(folder)
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether no reader holds a folder; if so none comes to hold it while the context lasts."""
    descriptor = os.open(folder, os.O_RDONLY)
    free = False
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        yield free
    finally:
        os.close(descriptor)
