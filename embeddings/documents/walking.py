"""The tree of files under the roots, each under its name in the corpus; links are not followed."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from embeddings.documents.ignoring import Ignored, Selection, find_ignored, read_ignore_file
from embeddings.records import Reading

_BREAKING = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]")


def name_roots(roots: Iterable[Path]) -> dict[Path, str]:
    """No prefix for a single root; else each root's own name, numbered where two are alike."""
    roots = list(dict.fromkeys(roots))
    if len(roots) == 1:
        return {roots[0]: ""}
    names: dict[Path, str] = {}
    numbers: Counter[str] = Counter()
    taken: set[str] = set()
    for root in roots:
        real = find_real(root)
        base = name = _printable(real.parent.name if os.path.isfile(real) else real.name)
        while name in taken:
            numbers[base] += 1
            name = f"{base}-{numbers[base] + 1}"
        taken.add(name)
        names[root] = name
    return names


def find_real(root: Path) -> Path:
    """Where a root lies, links followed; a file that is itself a link keeps its own name."""
    if os.path.islink(root) and os.path.isfile(root):
        return Path(os.path.realpath(root.parent), root.name)
    return Path(os.path.realpath(root))


def walk(root: Path, reading: Reading, selection: Selection) -> Iterator[tuple[Path, str, str]]:
    """Each file with its path from the root, and why it is left out; folders that are, too.

    What the selection leaves out is not among them. A file that is itself the root is read.
    """
    if root.is_file():
        yield root, _printable(root.name), ""
        return

    def report(error: OSError) -> None:
        where = _printable(str(error.filename))
        reading.unreadable.append((where, error.strerror or str(error)))

    ignored: list[Ignored] = []
    for folder, folders, files in os.walk(root, onerror=report):
        ignored = [one for one in ignored if Path(folder).is_relative_to(one.folder)]
        try:
            ignored += read_ignore_file(Path(folder))
        except OSError as error:
            report(error)
        entries = [*((name, False) for name in files), *((name, True) for name in folders)]
        folders[:] = []
        for name, is_folder in sorted(entries):
            path = Path(folder, name)
            if selection.leaves_out(path.relative_to(root), is_folder):
                continue
            if is_folder and selection.is_index(path):
                continue
            reason = find_ignored(path, is_folder, ignored)
            if is_folder and not reason and not path.is_symlink():
                folders.append(name)
            else:
                yield path, _printable(path.relative_to(root).as_posix()), reason


def _printable(name: str) -> str:
    """A file name shows as escapes what is not UTF-8 in it, and what would break a line."""
    shown = os.fsencode(name).decode("utf-8", errors="backslashreplace")
    return _BREAKING.sub(lambda odd: odd.group().encode("unicode_escape").decode(), shown)
