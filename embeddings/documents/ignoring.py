"""`.winnowignore`: globs, one a line, of what a folder holds that is not to be read.

A glob without a slash fits a name at any depth below the folder; one with a slash fits the path
from the folder. A slash at the end means folders alone; `#` begins a comment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

IGNORE_FILE = ".winnowignore"


@dataclass(frozen=True, slots=True)
class Ignored:
    """One glob, and the folder that its file lies in."""

    folder: Path
    glob: str

    def fits(self, path: Path, is_folder: bool) -> bool:
        glob = self.glob.removesuffix("/")
        if glob != self.glob and not is_folder:
            return False
        inside = PurePosixPath(path.relative_to(self.folder))
        if "/" in glob:
            return fnmatchcase(str(inside), glob.removeprefix("/"))
        return fnmatchcase(inside.name, glob)


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
    found = next((one for one in ignored if one.fits(path, is_folder)), None)
    return f"left out by `{found.glob}` of {IGNORE_FILE}" if found else ""
