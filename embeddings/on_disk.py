"""Sequences larger than memory: records in a file without a name, as JSON, read when asked for."""

import json
import os
import weakref
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Protocol, TypeVar, overload

from embeddings.documents.messages import describe_document, make_document
from embeddings.durable import writing
from embeddings.records import Cut, Mark, Passage, Span

Item = TypeVar("Item")
Given = TypeVar("Given", contravariant=True)


class Appendable(Protocol[Given]):
    """Takes one item after the other."""

    def append(self, item: Given, /) -> None: ...


class _Loaded(Sequence[Item], ABC):
    """A sequence each of whose items is made when it is asked for."""

    _count: int

    @abstractmethod
    def _load(self, place: int) -> Item: ...

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | Sequence[Item]:
        if isinstance(place, slice):
            return [self._load(one) for one in range(*place.indices(self._count))]
        if not -self._count <= place < self._count:
            raise IndexError(place)
        return self._load(place % self._count)


class Lazy(_Loaded[Item]):
    """So many items, each given by a function of its place."""

    def __init__(self, count: int, read: Callable[[int], Item]) -> None:
        self._count = count
        self._read = read

    def _load(self, place: int) -> Item:
        return self._read(place)


class Records(_Loaded[Item]):
    """Items on the disk of a folder. Raises IndexUnwritable where it is full."""

    def __init__(
        self, folder: Path, pack: Callable[[Item], Any], unpack: Callable[[Any], Item]
    ) -> None:
        self._count = 0
        self._folder = folder
        self._pack, self._unpack = pack, unpack
        with writing(folder):
            self._file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  # closed below
        weakref.finalize(self, self._file.close)
        self._ends = array("q", [0])

    def append(self, item: Item, /) -> None:
        text = json.dumps(self._pack(item), ensure_ascii=False)
        data = memoryview(text.encode("utf-8", "surrogatepass"))
        self._ends.append(self._ends[-1] + len(data))
        self._count += 1
        with writing(self._folder):
            while data:  # a disk that is nearly full takes a part
                data = data[self._file.write(data) :]

    def _load(self, place: int) -> Item:
        start, end = self._ends[place], self._ends[place + 1]
        data = os.pread(self._file.fileno(), end - start, start)
        return self._unpack(json.loads(data.decode("utf-8", "surrogatepass")))


def keep_cuts(folder: Path) -> Records[Cut]:
    return Records(folder, _pack_cut, _unpack_cut)


def keep_passages(folder: Path) -> Records[Passage]:
    return Records(folder, _pack_passage, _unpack_passage)


def _pack_cut(cut: Cut) -> list[Any]:
    """The texts of its passages are those of the document at their places."""
    return [
        describe_document(cut.document),
        cut.title,
        cut.language,
        [_pack_place(passage) for passage in cut.passages],
        _pack_spans(cut.headings),
        [(mark.start, mark.end, mark.reason) for mark in cut.marks],
    ]


def _unpack_cut(packed: Any) -> Cut:
    described, title, language, passages, headings, marks = packed
    document = make_document(described)
    return Cut(
        document=document,
        title=title,
        language=language,
        passages=tuple(_unpack_place(own, document.text[own[2] : own[3]]) for own in passages),
        headings=_unpack_spans(headings),
        marks=tuple(Mark(*mark) for mark in marks),
    )


def _pack_passage(passage: Passage) -> list[Any]:
    return [_pack_place(passage), passage.text]


def _unpack_passage(packed: Any) -> Passage:
    return _unpack_place(*packed)


def _pack_place(passage: Passage) -> list[Any]:
    """All of a passage but its text."""
    return [
        passage.id,
        passage.document_id,
        passage.start,
        passage.end,
        _pack_spans(passage.sentences),
        passage.heading,
        passage.language,
        passage.page,
        passage.comment,
    ]


def _unpack_place(packed: Any, text: str) -> Passage:
    id, document_id, start, end, sentences, *rest = packed
    return Passage(id, document_id, start, end, text, _unpack_spans(sentences), *rest)


def _pack_spans(spans: Iterable[Span]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]


def _unpack_spans(packed: Any) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in packed)
