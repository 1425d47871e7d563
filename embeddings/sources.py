"""Whether what a build cites still stands in its sources, file by file and passage by passage.

Each file is read again as the build read it, one at a time, and every passage, folded ones too, is
looked for in the text that comes of it. So a change of the file is told from one of the library
that takes the text out of it.
"""

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Literal

from embeddings.corpus import Progress
from embeddings.documents import (
    DocumentReader,
    ReadOptions,
    Selection,
    SourceFile,
    list_sources,
)
from embeddings.documents.walking import name_roots
from embeddings.errors import CorpusError, CorpusMissing, UnreadableDocument
from embeddings.index import Index
from embeddings.manifest import Manifest, hash_file
from embeddings.records import Document, Passage, Reading, Span, StoredDocument, hash_text

_DOCUMENTS_A_PAGE = 1000
_FIRST_WORDS = 24  # characters


@dataclass(frozen=True, slots=True)
class Displaced:
    """A passage that is not where it is cited; `now` is where its words stand instead, if any."""

    passage_id: str
    start: int
    end: int
    now: Span | None


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """A document whose text is not that of the build.

    It is `changed` with its file, `reread` where the same bytes give another text (by another
    extractor, or another version of Winnow), or `gone` from its file.
    """

    id: str
    source: str
    found: Literal["changed", "reread", "gone"]
    extractor: str | None
    extractor_now: str | None
    passages: int
    displaced: tuple[Displaced, ...]


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """A source file. `documents` are those whose text differs; `standing` passages are as cited.

    `new` files were not there when the index was built; `reason` says more where there is more.
    """

    source: str
    found: Literal["unchanged", "changed", "missing", "unreadable", "new"]
    passages: int = 0
    standing: int = 0
    reason: str = ""
    documents: tuple[DocumentCheck, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether every citation of it can be relied on. A new file has none."""
        return self.found in ("unchanged", "new") and self.standing == self.passages


@dataclass(frozen=True, slots=True)
class _Listing:
    """The files under the roots by source, and why others are not among them."""

    files: dict[str, SourceFile]
    left_out: dict[str, str]
    closed: dict[Path, str]
    names: dict[Path, str]

    def explain(self, source: str) -> tuple[Literal["missing", "unreadable"], str]:
        """What became of a file that is not listed."""
        for root, name in self.names.items():
            prefix = f"{name}/" if name else ""
            if not source.startswith(prefix):
                continue
            path = root / source.removeprefix(prefix)
            for folder in (path, *path.parents):
                if reason := self.closed.get(folder):
                    return "unreadable", reason if folder == path else f"{folder}: {reason}"
            if not os.path.exists(root):
                return "missing", f"{root} does not exist"
        return "missing", self.left_out.get(source, "")


def check_sources(
    manifest: Manifest, index: Index, progress: Progress = lambda stage, done, total: None
) -> Iterator[SourceCheck]:
    """Every source file of a build, and those that are new, by name."""
    options = manifest.options
    selection = Selection(options["include"], options["exclude"])
    listing = _list_files([Path(root) for root in manifest.roots], selection)
    documents = _group_documents(index)
    sources = sorted({*manifest.sources, *listing.files})
    with DocumentReader(ReadOptions(options["text_column"], options["ocr"])) as reader:
        for done, source in enumerate(sources):
            progress("checking", done, len(sources))
            if source in manifest.sources:
                stored = (index.document(one) for one in documents.get(source, ()))
                known = [one for one in stored if one]
                yield _check(source, manifest, listing, known, reader)
            else:
                yield SourceCheck(source, "new", reason="not in the index yet")
    progress("checking", len(sources), len(sources))


def _list_files(roots: list[Path], selection: Selection) -> _Listing:
    """Each root apart, so that one that is gone does not hide the others."""
    listing = _Listing({}, {}, {}, name_roots(roots))
    for root, name in listing.names.items():
        reading = Reading()
        try:
            found = list_sources([root], reading, selection)
        except CorpusMissing:
            continue
        except CorpusError as error:  # a folder above it is closed
            listing.closed[root] = error.message
            continue
        prefix = f"{name}/" if name else ""
        for file in found:
            source = f"{prefix}{file.source}"
            listing.files[source] = replace(file, source=source)
        for inside, reason in reading.skipped:
            listing.left_out[f"{prefix}{inside}"] = f"left out now: {reason}"
        for place, reason in reading.unreadable:
            listing.closed[root / place] = reason  # a path from the root, or an absolute one
    return listing


def _group_documents(index: Index) -> dict[str, list[str]]:
    """The ids of the documents of each source file."""
    groups: dict[str, list[str]] = {}
    total, offset = 1, 0
    while offset < total:
        total, summaries = index.documents(offset, _DOCUMENTS_A_PAGE)
        for summary in summaries:
            groups.setdefault(summary.file, []).append(summary.id)
        offset += _DOCUMENTS_A_PAGE
    return groups


def _check(
    source: str,
    manifest: Manifest,
    listing: _Listing,
    stored: list[StoredDocument],
    reader: DocumentReader,
) -> SourceCheck:
    passages = sum(len(_list_passages(document)) for document in stored)
    file = listing.files.get(source)
    if file is None:
        found, reason = listing.explain(source)
        return SourceCheck(source, found, passages, reason=reason)
    known = manifest.sources[source]
    try:
        # Of a file that gave no document, the build knows the size alone.
        given = known["sha256"]
        is_same = hash_file(file.path) == given if given else file.size == known["size"]
    except OSError as error:
        return SourceCheck(source, "unreadable", passages, reason=error.strerror or str(error))
    texts, refused = _read_again(file, reader)
    checks = [
        _compare(document, texts.get(document.summary.source), is_same) for document in stored
    ]
    differing = tuple(check for check in checks if check is not None)
    return SourceCheck(
        source=source,
        found="unchanged" if is_same else "changed",
        passages=passages,
        standing=passages - sum(len(check.displaced) for check in differing),
        reason=refused if any(check.found == "gone" for check in differing) else "",
        documents=differing,
    )


def _read_again(file: SourceFile, reader: DocumentReader) -> tuple[dict[str, Document], str]:
    """The documents of a file by source, and the first reason why one could not be read."""
    documents: dict[str, Document] = {}
    refused = ""
    for item in reader.read(file):
        if isinstance(item, UnreadableDocument):
            refused = refused or f"{item.source} {item.message}"
        else:
            documents.setdefault(item.source, item)
    return documents, refused


def _compare(
    stored: StoredDocument, document: Document | None, is_same_file: bool
) -> DocumentCheck | None:
    """None where the text is that of the build, to the last character."""
    if document is not None and hash_text(document.text) == stored.text_sha256:
        return None
    passages = _list_passages(stored)
    if document is None:
        found: Literal["changed", "reread", "gone"] = "gone"
    else:
        found = "reread" if is_same_file else "changed"
    return DocumentCheck(
        id=stored.summary.id,
        source=stored.summary.source,
        found=found,
        extractor=stored.extractor,
        extractor_now=document.extractor if document else None,
        passages=len(passages),
        displaced=tuple(_find_displaced(document.text if document else "", passages)),
    )


def _list_passages(stored: StoredDocument) -> list[Passage]:
    """All of a document, folded ones too, in the order of its text."""
    folded = (fold.passage for fold in stored.folds)
    return sorted((*stored.passages, *folded), key=lambda passage: passage.start)


def _find_displaced(text: str, passages: Sequence[Passage]) -> Iterator[Displaced]:
    """Passages keep their order as far as they can: words that repeat are not all found at once."""
    displaced = [one for one in passages if text[one.start : one.end] != one.text]
    places = _Places(text, {one.text for one in displaced})
    moved = {one.id for one in displaced}
    after = 0
    for passage in passages:
        at = passage.start
        if passage.id in moved:
            at = places.find(passage.text, after)
            now = Span(at, at + len(passage.text)) if at >= 0 else None
            yield Displaced(passage.id, passage.start, passage.end, now)
        if at >= 0:
            after = at + len(passage.text)


class _Places:
    """Where passages begin in a text, which is looked through once for the first of their words."""

    def __init__(self, text: str, wanted: Iterable[str]) -> None:
        self._text = text
        self._starts: dict[str, list[int]] = {one[:_FIRST_WORDS]: [] for one in wanted}
        for at in range(len(text) if self._starts else 0):
            if (found := self._starts.get(text[at : at + _FIRST_WORDS])) is not None:
                found.append(at)

    def find(self, passage: str, after: int) -> int:
        """The first place of a passage behind another, else the first of all; -1 where is none."""
        if len(passage) < _FIRST_WORDS:
            at = self._text.find(passage, after)
            return at if at >= 0 else self._text.find(passage)
        starts = self._starts[passage[:_FIRST_WORDS]]
        behind = bisect_left(starts, after)
        fitting = (
            at
            for at in chain(starts[behind:], starts[:behind])
            if self._text.startswith(passage, at)
        )
        return next(fitting, -1)
