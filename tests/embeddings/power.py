"""A folder's disk as a power cut would leave it: what was not synced is lost, or not.

Watches a folder while something writes to it. At each sync, rename, new folder and removal it
tells what could be found after a power cut at that moment: with the names that were synced; with
the names as they stand; and with some of the changes since, as a file system may carry them out in
any order. A file that was never synced is empty in the first two, else whole, half, empty or zeros.
A rename is done or not, as every file system promises.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

_WATCHED = ("fsync", "rename", "replace", "mkdir", "unlink", "rmdir")
Files = dict[str, bytes]
Names = dict[str, tuple[int, bool]]  # what a folder holds: number, and whether it is a folder
Change = dict[str, tuple[int, bool] | None]  # names given or, with None, taken


class Disk:
    """What of a folder is on the disk itself; at first, all of it.

    Of the orders in which changes may get there, `orders` are tried at each moment.
    """

    def __init__(self, root: Path, orders: int = 0) -> None:
        self._root = root
        self._root_number = root.stat().st_ino
        self._orders = orders
        self._chosen = random.Random(orders)
        self._contents: dict[int, bytes] = {}  # synced
        self._written: dict[int, bytes] = {}
        self._names: dict[int, Names] = {}  # synced
        self._present: dict[int, Names] = {}
        self._pending: list[tuple[int, Change]] = []  # changes of a folder since it was synced
        self._opened: dict[int, int] = {}  # so that no number is given to another file
        self.states: list[Files] = []
        self.reordered: list[Files] = []
        self._look(root)
        self._names = {number: dict(names) for number, names in self._present.items()}
        self._contents = dict(self._written)
        self._pending.clear()
        self._note()

    def _hold(self, path: Path) -> int:
        number = path.stat().st_ino
        if number not in self._opened:
            self._opened[number] = os.open(path, os.O_RDONLY)
        return number

    def _look(self, folder: Path) -> None:
        """Take in what stands in a folder, and what changed since the last look."""
        number = self._hold(folder)
        found: Names = {}
        for path in sorted(folder.iterdir()):
            found[path.name] = (self._hold(path), path.is_dir())
            if path.is_dir():
                self._look(path)
            else:
                self._written[found[path.name][0]] = path.read_bytes()
        before = self._present.get(number, {})
        self._pending += [(number, change) for change in _compare(before, found)]
        self._present[number] = found

    def _note(self) -> None:
        self._look(self._root)
        for names in (self._names, self._present):
            self.states.append(dict(self._list(names, self._contents)))
        for _ in range(self._orders):
            self.reordered.append(self._choose())

    def _choose(self) -> Files:
        """Some of the changes that were not synced, the later without the earlier too."""
        names = {number: dict(inside) for number, inside in self._names.items()}
        for number, change in self._pending:
            if self._chosen.random() < 0.5:
                for name, given in change.items():
                    inside = names.setdefault(number, {})
                    inside.pop(name, None)
                    if given is not None:
                        inside[name] = given
        contents = {
            number: self._contents[number]
            if self._contents.get(number) == content
            else self._chosen.choice(
                (content, content[: len(content) // 2], b"", bytes(len(content)))
            )
            for number, content in self._written.items()
        }
        return dict(self._list(names, contents))

    def _list(
        self,
        names: dict[int, Names],
        contents: dict[int, bytes],
        number: int | None = None,
        prefix: str = "",
    ) -> Iterator[tuple[str, bytes]]:
        for name, (inner, is_folder) in names.get(number or self._root_number, {}).items():
            if is_folder:
                yield f"{prefix}{name}/", b""
                yield from self._list(names, contents, inner, f"{prefix}{name}/")
            else:
                yield f"{prefix}{name}", contents.get(inner, b"")

    def _sync(self, path: Path) -> None:
        number = self._hold(path)
        if path.is_dir():
            self._look(path)
            self._names[number] = dict(self._present[number])
            self._pending = [one for one in self._pending if one[0] != number]
        else:
            self._contents[number] = path.read_bytes()

    def _follow(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def follow(*given: Any, **named: Any) -> Any:
            if call.__name__ != "fsync":
                self._look(self._root)  # what was created before, without a call of these
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
        for descriptor in self._opened.values():
            os.close(descriptor)


def _compare(before: Names, after: Names) -> Iterator[Change]:
    """The changes between two looks; one name in place of another is one change."""
    new = {name: one for name, one in after.items() if before.get(name) != one}
    gone = [name for name in before if name not in after]
    for name, one in new.items():
        change: Change = {old: None for old in gone if before[old] == one}
        yield {**change, name: one}
    renamed = {one for one in new.values()}
    yield from ({name: None} for name in gone if before[name] not in renamed)


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
