"""When folders should be looked at again, as the system tells it: the one file with watchfiles.

What came of the files is not told: whoever is told to look compares what is there.
"""

import logging
import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from embeddings.documents.ignoring import IGNORE_FILE
from embeddings.errors import WatchFailed

_QUIET = 300  # milliseconds without a change after which those before are told, all in one
_LONGEST = 10_000  # milliseconds after which they are told though more come
_LOOK = 500  # milliseconds until it is told that nothing changed


def follow_changes(roots: Sequence[Path], index: Path, stopped: threading.Event) -> Generator[bool]:
    """Whether to look at the roots again: yes at first and after changes, else no, twice a second.

    Changes while the caller is busy are kept for it. What is hidden, or lies in the folder of the
    index, counts for none. A root that was removed, or put in the place of another, is one. Raises
    WatchFailed, KeyboardInterrupt.
    """
    there = _identify(roots)
    yield True
    while not stopped.is_set():
        if None in there:
            stopped.wait(_LOOK / 1000)
            before, there = there, _identify(roots)
            yield there != before
            continue
        first = True  # what changed before it was watched is not told
        with closing(_watch(roots, index, stopped)) as notices:
            for changed in notices:
                before, there = there, _identify(roots)
                yield first or changed or there != before
                first = False
                if there != before:
                    break


def _identify(roots: Sequence[Path]) -> list[tuple[int, int] | None]:
    """What each root is, whatever its name; None where there is none."""
    found: list[tuple[int, int] | None] = []
    for root in roots:
        try:
            status = root.stat()
            found.append((status.st_dev, status.st_ino))
        except OSError:
            found.append(None)
    return found


def _watch(roots: Sequence[Path], index: Path, stopped: threading.Event) -> Generator[bool]:
    from watchfiles import watch

    logging.getLogger("watchfiles").setLevel(logging.WARNING)  # it counts changes that are none

    def counts(_: Any, changed: str) -> bool:
        return _counts(Path(changed), roots, index)

    try:
        for changes in watch(
            *roots,
            watch_filter=counts,
            debounce=_LONGEST,
            step=_QUIET,
            rust_timeout=_LOOK,
            stop_event=stopped,
            yield_on_timeout=True,
        ):
            yield bool(changes)
    except FileNotFoundError:  # a root went away a moment ago
        yield True
    except OSError as error:
        raise WatchFailed(
            f"changes of {', '.join(map(str, roots))} are not told: {error}",
            "raise fs.inotify.max_user_watches (sysctl), or have the folders read again and again: "
            "WATCHFILES_FORCE_POLLING=1",
        ) from error


def _counts(changed: Path, roots: Sequence[Path], index: Path) -> bool:
    if changed.is_relative_to(index):
        return False
    root = next((root for root in roots if changed.is_relative_to(root)), None)
    inside = changed.relative_to(root).parts if root else ()
    return not any(name.startswith(".") and name != IGNORE_FILE for name in inside)
