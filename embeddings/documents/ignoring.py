"""What of a folder is not to be read: the globs of `.winnowignore` files, `--exclude`, `--include`.

`.winnowignore` holds globs, one a line, about the folder it lies in; `#` begins a comment.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from embeddings.documents.globs import fits

IGNORE_FILE = ".winnowignore"
_HIDDEN = "a dot before the name"


@dataclass(frozen=True, slots=True)
class Ignored:
    """One glob, and the folder that its file lies in."""

    folder: Path
    glob: str


def read_ignore_file(folder: Path) -> Iterator[Ignored]:
    """The globs of a folder's own file; raises OSError where there is one that cannot be read."""
    try:
        text = (folder / IGNORE_FILE).read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, IsADirectoryError):
        return
    for line in text.splitlines():
        if (glob := line.strip()) and not glob.startswith("#"):
            yield Ignored(folder, glob)


def find_ignored(path: Path, is_folder: bool, ignored: Sequence[Ignored]) -> str:
    """Why a path is left out; empty where it is not."""
    for one in ignored:
        if fits(one.glob, path.relative_to(one.folder), is_folder):
            return f"left out by `{one.glob}` of {IGNORE_FILE}"
    return ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Globs about the folders that are named: a file is read when an `include` fits it or a folder
    it lies in, or there is none, and no `exclude` does. Hidden ones never are, nor is what lies in
    the folder of the index that is made of them. Counts what the globs leave out.
    """

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    index: Path | None = None
    left_out: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def leaves_out(self, inside: PurePath, is_folder: bool) -> bool:
        """Whether a path is not to be read, as far as it can be told of a folder."""
        if inside.name.startswith("."):
            self.left_out[_HIDDEN, is_folder] += inside.name != IGNORE_FILE
            return True
        for glob in self.exclude:
            if fits(glob, inside, is_folder):
                self.left_out[f"--exclude `{glob}`", is_folder] += 1
                return True
        if is_folder or not self.include or self._includes(inside):
            return False
        self.left_out["--include", False] += 1
        return True

    def _includes(self, inside: PurePath) -> bool:
        around = [(folder, True) for folder in inside.parents if folder.parts]
        return any(
            fits(glob, path, is_folder)
            for glob in self.include
            for path, is_folder in ((inside, False), *around)
        )

    def is_index(self, folder: Path) -> bool:
        """Whether a folder is that of the index: each build changes what lies in there."""
        return self.index is not None and os.path.realpath(folder) == os.path.realpath(self.index)

    def describe(self) -> Iterator[str]:
        """What was left out by each glob, in one line."""
        for by in sorted({by for by, _ in self.left_out}):
            files, folders = self.left_out[by, False], self.left_out[by, True]
            counts = [_count(files, "file")] if files else []
            counts += [_count(folders, "folder")] if folders else []
            if counts:
                yield f"left out by {by}: {' and '.join(counts)}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
