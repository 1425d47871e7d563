"""What is made once of a model and then kept, beside what the hub's library keeps (its HF_HOME).

Each thing is a folder that is written aside under a lock and renamed: it is whole, or not there.
"""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def find_home() -> Path:
    """The folder in which everything is kept. It need not be there yet."""
    from huggingface_hub import constants

    return Path(constants.HF_HOME, "winnow")


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Waits: whoever holds it is making the folder that is asked for, or another one."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_aside(folder: Path, write: Callable[[Path], None]) -> None:
    """Put what is written in the folder's place.

    What an interrupted call left lies under the same name, and goes first.
    """
    aside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    write(aside)
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
