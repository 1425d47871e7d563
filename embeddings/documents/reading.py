"""Reads files: those of plain formats here, the others in processes with limits, one for each core.

A file that vanishes, or changes under the hand, costs itself alone.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from queue import LifoQueue
from types import TracebackType

from embeddings.budget import Budget
from embeddings.documents.confinement import ConfinedReader, Limits
from embeddings.documents.folder import SourceFile
from embeddings.documents.formats import Item, ReadOptions, is_plain, read_bytes
from embeddings.errors import UnreadableDocument
from embeddings.records import Document, Reading

LARGEST_FILE = 256 << 20


class DocumentReader:
    """Reads files, in several threads if need be. A context, which ends its processes with it.

    `threads` of them keep every core busy, as far as the budget of memory goes.
    """

    def __init__(
        self,
        options: ReadOptions | None = None,
        limits: Limits | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._options = options or ReadOptions()
        self.threads = (budget or Budget()).count_processes(_count_cores())
        self._confined = [
            ConfinedReader(self._options, limits or Limits()) for _ in range(self.threads)
        ]
        self._free: LifoQueue[ConfinedReader] = LifoQueue()  # the last one has a process already
        for confined in self._confined:
            self._free.put(confined)

    def __enter__(self) -> "DocumentReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for confined in self._confined:
            confined.close()

    def stop(self) -> None:
        """End what other threads are reading, each of which then gets an error for its file."""
        for confined in self._confined:
            confined.kill()

    def read(self, file: SourceFile) -> Iterator[Item]:
        """Yield a file's documents, and in the place of one that cannot be read, the reason."""
        try:
            data = read_whole(file)
        except UnreadableDocument as refused:
            yield refused
            return
        yield from self.parse(data, file.path.suffix.lower(), file.source)

    def parse(self, data: bytes, ending: str, source: str) -> Iterator[Item]:
        """The same of a file whose bytes are here."""
        sha256 = hashlib.sha256(data).hexdigest()
        if is_plain(data, ending):
            yield from read_bytes(data, ending, source, sha256, self._options)
        else:
            confined = self._free.get()
            try:
                found = confined.read(data, ending, source, sha256)
            finally:
                self._free.put(confined)
            yield from found


def read_documents(
    file: SourceFile, reading: Reading, reader: DocumentReader
) -> Iterator[Document]:
    """The documents of one file; what cannot be read goes to `reading`."""
    return note_items(reader.read(file), file.source, reading)


def note_items(items: Iterable[Item], source: str, reading: Reading) -> Iterator[Document]:
    """The documents among what a file gave; the rest, and all remarks, go to `reading`."""
    for item in items:
        if isinstance(item, UnreadableDocument):
            remedy = f" ({item.hint})" if item.hint else ""
            reading.unreadable.append((item.source, item.message + remedy))
        else:
            reading.notices.extend((source, notice) for notice in item.notices)
            yield replace(item, file=source)


def _count_cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_whole(file: SourceFile) -> bytes:
    """The bytes of a file, all of one moment. Raises UnreadableDocument."""
    try:
        for _ in range(2):
            data = _read_once(file)
            if data is not None:
                return data
    except OSError as error:
        raise UnreadableDocument(
            file.source, error.strerror or str(error), "check that it exists and may be read"
        ) from error
    raise UnreadableDocument(
        file.source, "changed while it was read, twice", "build again when it is at rest"
    )


def _read_once(file: SourceFile) -> bytes | None:
    """None where the file changed meanwhile."""
    # A pipe that took a file's place is opened without waiting for a writer, and refused.
    with open(os.open(file.path, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:
        before = os.fstat(opened.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise UnreadableDocument(file.source, "is no regular file", "take it out of the folder")
        if before.st_size > LARGEST_FILE:
            raise UnreadableDocument(
                file.source,
                f"has {before.st_size >> 20} MB, more than the {LARGEST_FILE >> 20} MB a file "
                "may have",
                "split it into smaller files",
            )
        data = opened.read(LARGEST_FILE + 1)
        after = os.fstat(opened.fileno())
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return data if same and len(data) == after.st_size else None
