"""A folder's disk as a power cut would leave it: what was not synced is gone.

Watches a folder while something writes to it. After each sync, rename, new folder and removal it
tells what would be found after a power cut at that moment, in two ways: with the names that were
synced, and with the names as they stand, since a disk may be ahead with these. Either way a file
that was never synced is empty.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

_WATCHED = ("fsync", "rename", "replace", "mkdir", "unlink", "rmdir")
Files = dict[str, bytes]


class Disk:
    """What of a folder is on the disk itself; at first, all of it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._root_number = root.stat().st_ino
        self._contents: dict[int, bytes] = {}
        self._names: dict[int, dict[str, tuple[int, bool]]] = {}
        self._opened: list[int] = []  # so that no number is given to another file
        self.states: list[Files] = []
        for path in [root, *root.rglob("*")]:
            self._sync(path)
        self._note()

    def _sync(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        self._opened.append(descriptor)
        number = os.fstat(descriptor).st_ino
        if path.is_dir():
            self._names[number] = {
                one.name: (one.inode(), one.is_dir()) for one in os.scandir(path)
            }
        else:
            self._contents[number] = path.read_bytes()

    def _note(self) -> None:
        self.states.append(dict(self._list_synced(self._root_number, "")))
        self.states.append(dict(self._list_present()))

    def _list_synced(self, number: int, prefix: str) -> Iterator[tuple[str, bytes]]:
        for name, (inner, is_folder) in self._names.get(number, {}).items():
            if is_folder:
                yield f"{prefix}{name}/", b""
                yield from self._list_synced(inner, f"{prefix}{name}/")
            else:
                yield f"{prefix}{name}", self._contents.get(inner, b"")

    def _list_present(self) -> Iterator[tuple[str, bytes]]:
        for path in self._root.rglob("*"):
            name = str(path.relative_to(self._root))
            if path.is_dir():
                yield f"{name}/", b""
            else:
                yield name, self._contents.get(path.stat().st_ino, b"")

    def _follow(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def follow(*given: Any, **named: Any) -> Any:
            result = call(*given, **named)
            if call.__name__ == "fsync":
                path = Path(os.readlink(f"/proc/self/fd/{given[0]}"))
                if path.is_relative_to(self._root):
                    self._sync(path)
            self._note()
            return result

        return follow

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Note every state of the disk for as long as the context lasts."""
        with patch.multiple(os, **{name: self._follow(getattr(os, name)) for name in _WATCHED}):
            yield

    def close(self) -> None:
        for descriptor in self._opened:
            os.close(descriptor)


def restore(files: Files, folder: Path) -> Path:
    """Write a state of the disk into a folder; the folder."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return folder
