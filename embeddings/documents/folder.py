"""Folders: which files are read, under which source names.

Hidden files are left out. What `.winnowignore` names and what has no reader is skipped with a
notice: nothing is passed over in silence.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.documents.formats import READERS
from embeddings.documents.ignoring import Selection
from embeddings.documents.walking import name_roots, walk
from embeddings.errors import CorpusError, CorpusMissing
from embeddings.records import Reading

# The parts of a judged collection that are not its texts, by their fixed names.
_NOT_DOCUMENTS = {"questions.jsonl"}
_BESIDE_A_COLLECTION = {"queries.jsonl", "queries.all.jsonl", "qrels.tsv", "meta.json"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: where it lies, its name in the corpus, and what tells that it changed."""

    path: Path
    source: str
    size: int
    modified_ns: int


def list_sources(
    roots: Sequence[Path], reading: Reading, selection: Selection | None = None
) -> list[SourceFile]:
    """The readable files under the roots, by source name; what is left out goes into `reading`."""
    names = name_roots(roots)
    selection = selection or Selection()
    found: list[SourceFile] = []
    for root, name in names.items():
        _require(root)
        for path, inside, left_out in walk(root, reading, selection):
            source = "/".join(part for part in (name, inside) if part)
            try:
                if reason := left_out or _reason_to_skip(path, root):
                    reading.skipped.append((source, reason))
                    continue
                status = path.stat()
            except OSError as error:
                reading.unreadable.append((source, error.strerror or str(error)))
                continue
            found.append(SourceFile(path, source, status.st_size, status.st_mtime_ns))
    reading.notices.extend(("", notice) for notice in selection.describe())
    return sorted(found, key=lambda file: file.source)


def _require(root: Path) -> None:
    """Raises CorpusMissing where there is no such path, CorpusError where it cannot be reached."""
    try:
        root.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CorpusMissing(f"{root} does not exist", "check the path") from error
    except OSError as error:
        raise CorpusError(
            f"{root} cannot be read: {error.strerror or error}",
            "check the path, and that you may read it",
        ) from error


def _reason_to_skip(path: Path, root: Path) -> str | None:
    if path.is_dir():
        return "a link to a folder, which is not followed"
    if path != root and path.is_symlink() and _leads_out(path, root):
        return "a link out of the folder, which is not followed"
    if path.name in _NOT_DOCUMENTS:
        return "questions for `winnow evaluate`, not a document"
    if path.name in _BESIDE_A_COLLECTION and (path.parent / "corpus.jsonl").exists():
        return "part of a judged collection; its texts are in corpus.jsonl"
    if path.suffix.lower() not in READERS:
        return f"no reader for {path.suffix or 'a file without an ending'}"
    if path.is_file() or not path.exists():  # what is missing is reported when it is read
        return None
    return "not a regular file"


def _leads_out(link: Path, root: Path) -> bool:
    target = os.path.realpath(link)  # a circle of links ends where it began
    return not Path(target).is_relative_to(root.resolve())
