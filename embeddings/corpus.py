"""The documents of a corpus, taken apart: read where they are new, else from the live build, or
from what the workers of this one have made.

A file is known again by its size and time, and where these differ by its hash. Whatever depends on
the other documents (lines that many share, names given twice) is found anew each time, so that any
way to the same files gives the same corpus.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.budget import Budget
from embeddings.changes import Changes, compare
from embeddings.documents import DocumentReader, SourceFile, read_documents
from embeddings.documents.ahead import call_ahead
from embeddings.kept_cuts import KeptCuts, KeptDocuments
from embeddings.manifest import hash_file
from embeddings.records import Document, Reading
from embeddings.repetition import find_lines, find_repeated_lines
from embeddings.splitting import Split
from embeddings.taken import Taken

Progress = Callable[[str, int, int], None]
"""Told the stage's name, how much is done, and how much there is."""

_NAME_TAKEN = "has the same name as another document (rename one of them)"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the live build knows: of each file its record, its documents by their ids, and the lines
    that it found in many documents. Empty where there is none to go by.

    Both `recall` functions take ids, and give documents and what they were taken apart into, in
    that order. `as_read` are those of workers: with all that reading gave, so that one can be
    taken apart anew, and with every file that could not be read.
    """

    sources: Mapping[str, Mapping[str, Any]]
    documents: Mapping[str, Sequence[int]]
    repeated: frozenset[str]
    recall: Callable[[Sequence[int]], Iterator[Document]]
    recall_taken: Callable[[Sequence[int]], Iterator[Taken]]
    as_read: bool = False

    def among(self, sources: Mapping[str, Mapping[str, Any]]) -> "Earlier":
        """The same, over these files."""
        return replace(self, sources=sources)


NOTHING = Earlier({}, {}, frozenset(), lambda ids: iter(()), lambda ids: iter(()))


@dataclass(frozen=True, slots=True)
class Corpus:
    """All documents taken apart, the manifest's record of each file, and what reading gave."""

    cuts: KeptCuts
    sources: Mapping[str, Mapping[str, Any]]
    reading: Reading
    changes: Changes


@dataclass(slots=True)
class _File:
    """One file: the places of its documents, and where they are taken over from as they were."""

    file: SourceFile
    sha256: str = ""
    documents: Sequence[int] = ()
    origin: Earlier | None = None
    reading: Reading = field(default_factory=Reading)

    @property
    def record(self) -> dict[str, Any]:
        """What the manifest says of it. Where it gave no document, it has no hash."""
        return {
            "size": self.file.size,
            "modified_ns": self.file.modified_ns,
            "sha256": self.sha256,
            "unreadable": [list(pair) for pair in self.reading.unreadable],
            "notices": [list(pair) for pair in self.reading.notices],
        }


def read_corpus(
    files: Sequence[SourceFile],
    earlier: Earlier,
    reader: DocumentReader,
    split: Split,
    folder: Path,
    progress: Progress = lambda stage, done, total: None,
    rehash: bool = False,
    budget: Budget | None = None,
    made: Earlier = NOTHING,
) -> Corpus:
    """Read what neither `earlier` nor the workers' `made` holds, and take it apart; all lies on the
    disk of the folder.

    With `rehash` no file is taken to be the same for its size and time alone.
    """
    documents = KeptDocuments(folder)
    room = (budget or Budget()).part
    found = _read_all(files, (earlier, made), reader, documents, progress, rehash, room)
    found, repeated = _settle(found, reader, documents)
    cuts = KeptCuts(folder, documents.kept)
    _cut_all(found, documents, lambda some, size: split(some, size, repeated), cuts, progress)
    sources: dict[str, dict[str, Any]] = {}
    for one in found:  # of two whose names show alike, the first gives the document
        sources.setdefault(one.file.source, one.record)
    return Corpus(cuts, sources, _gather(found), compare(sources, earlier.sources))


def _read_all(
    files: Sequence[SourceFile],
    known: Iterable[Earlier],
    reader: DocumentReader,
    documents: KeptDocuments,
    progress: Progress,
    rehash: bool,
    room: int,
) -> list[_File]:
    """All files, several at once, but for those that have more bytes than there is room for.

    What is known of one is not read again.
    """

    def take(file: SourceFile) -> tuple[_File, Iterable[Document]]:
        recalled = (_recall(file, one, rehash) for one in known)
        return next(filter(None, recalled), None) or _read(file, reader)

    found: list[_File] = []
    done, total = 0, sum(file.size for file in files)
    progress("reading", done, total)
    calls = (partial(take, file) for file in files)
    sizes = (file.size for file in files)
    for one, own in call_ahead(calls, reader.threads, reader.stop, sizes, room):
        one.documents = documents.append(own)
        found.append(one)
        done += one.file.size
        progress("reading", done, total)
    return found


def _settle(
    files: list[_File], reader: DocumentReader, documents: KeptDocuments
) -> tuple[list[_File], frozenset[str]]:
    """The files, and the lines that many documents share. Recalled ones that hold a line which is
    now, or no longer, such a one, are as new: read again, but for those that are here as read. A
    file may change until it is read again, so the lines are counted once more.
    """
    while True:
        _refuse_names_taken(files, documents)
        repeated = find_repeated_lines(documents.list_texts(_list_places(files)))
        touched = _find_touched(files, repeated, documents)
        again = [i for i in touched if not _is_as_read(files[i])]
        for i in touched:
            files[i].origin = None
        for i in again:
            files[i], own = _read(files[i].file, reader)
            files[i].documents = documents.append(own)
        if not again:
            return files, repeated


def _is_as_read(one: _File) -> bool:
    return one.origin is not None and one.origin.as_read


def _gather(files: Iterable[_File]) -> Reading:
    reading = Reading()
    for one in files:
        reading.unreadable.extend(one.reading.unreadable)
        reading.notices.extend(one.reading.notices)
    return reading


def _recall(
    file: SourceFile, earlier: Earlier, rehash: bool
) -> tuple[_File, Iterable[Document]] | None:
    ids = earlier.documents.get(file.source)
    known = earlier.sources.get(file.source)
    if known is None or not is_known(file, earlier, rehash):
        return None
    one = _File(file, known["sha256"], origin=earlier)
    one.reading.unreadable.extend((source, reason) for source, reason in known["unreadable"])
    one.reading.notices.extend((source, notice) for source, notice in known["notices"])
    return one, earlier.recall(ids or ())


def is_known(file: SourceFile, earlier: Earlier, rehash: bool) -> bool:
    """Whether a file is as it was, and what it gave then is still what it gives."""
    known = earlier.sources.get(file.source)
    if known is None or not (earlier.as_read or earlier.documents.get(file.source)):
        return False
    return not _lacks_name(known) and _is_same(file, known, rehash)


def _lacks_name(known: Mapping[str, Any]) -> bool:
    """Whether a document of the file was refused for its name, which may be free by now."""
    return any(reason == _NAME_TAKEN for _, reason in known["unreadable"])


def _is_same(file: SourceFile, known: Mapping[str, Any], rehash: bool) -> bool:
    if not rehash and (file.size, file.modified_ns) == (known["size"], known["modified_ns"]):
        return True
    try:
        return bool(file.size == known["size"] and hash_file(file.path) == known["sha256"])
    except OSError:
        return False


def _read(file: SourceFile, reader: DocumentReader) -> tuple[_File, list[Document]]:
    one = _File(file)
    documents = list(read_documents(file, one.reading, reader))
    one.sha256 = documents[0].sha256 if documents else ""
    return one, documents


def _refuse_names_taken(files: Iterable[_File], documents: KeptDocuments) -> None:
    """Of documents with the same name, keep the first; the other's file is read the next time."""
    kept = documents.kept
    names, counts = np.unique(np.array(documents.ids)[_list_places(files)], return_counts=True)
    seen: set[int] = set()
    if not (twice := set(names[counts > 1].tolist())):
        return
    for one in files:
        own = {id: place for place in one.documents if (id := documents.ids[place]) in twice}
        if taken := own.keys() & seen:
            refused = sorted(kept[own[id]].source for id in taken)
            one.reading.unreadable.extend((source, _NAME_TAKEN) for source in refused)
            one.documents = [p for p in one.documents if documents.ids[p] not in taken]
        seen |= own.keys()


def _list_places(files: Iterable[_File]) -> Sequence[int]:
    return array("q", (place for one in files for place in one.documents))


def _find_touched(
    files: Sequence[_File], repeated: frozenset[str], documents: KeptDocuments
) -> list[int]:
    """The recalled files that hold a line that became, or ceased to be, one that many share."""
    before = {one.origin.repeated for one in files if one.origin}
    changed = {lines: repeated ^ lines for lines in before}
    found = []
    for i, one in enumerate(files):
        if one.origin and (lines := changed[one.origin.repeated]):
            texts = map(documents.read_text, one.documents)
            if any(not lines.isdisjoint(find_lines(text)) for text in texts):
                found.append(i)
    return found


def _cut_all(
    files: Sequence[_File],
    documents: KeptDocuments,
    split: Callable[[Sequence[bytes], int], Iterable[Taken]],
    cuts: KeptCuts,
    told: Progress,
) -> None:
    """Take the documents of all files apart, but for those that are taken over as they were."""
    new = _list_places(one for one in files if not one.origin)
    found = iter(split(documents.pack(new), documents.count_bytes(new)))
    done, total = 0, len(new)
    for one in files:
        ids = [documents.ids[place] for place in one.documents] if one.origin else []
        own = one.origin.recall_taken(ids) if one.origin else found
        for place, taken in zip(one.documents, own, strict=False):
            cuts.append(place, taken)
            if not one.origin:
                told("splitting", done, total)
                done += 1
    told("splitting", total, total)
