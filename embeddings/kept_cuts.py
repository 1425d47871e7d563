"""The documents of a corpus taken apart, on the disk: what is wanted of them is read by itself.

In memory a document takes 40 bytes, a passage 28.
"""

from array import array
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np

from embeddings.on_disk import Bytes, Lazy, Loaded, Records
from embeddings.records import Cut, Document, Numbers, Passage
from embeddings.taken import (
    LIKENESS,
    Brief,
    Likeness,
    Taken,
    Terms,
    pack_document,
    unpack_brief,
    unpack_cut,
    unpack_document,
    unpack_id,
    unpack_passage,
    unpack_small,
    unpack_terms,
    unpack_text,
)

_PLACE, _TEXT, _SMALL, _TERMS, _SENTENCES = range(5)


class KeptDocuments:
    """The documents that were read, on the disk; 16 bytes of memory each."""

    def __init__(self, folder: Path) -> None:
        self.kept = Records(folder, pack_document, unpack_document)
        self.ids = array("Q")

    def append(self, documents: Iterable[Document]) -> range:
        """Their places."""
        first = len(self.kept)
        for document in documents:
            self.kept.append(document)
            self.ids.append(int(document.id, 16))
        return range(first, len(self.kept))

    def read_text(self, place: int) -> str:
        return unpack_text(self.kept.read_packed(place))

    def count_bytes(self, places: Iterable[int]) -> int:
        return sum(map(self.kept.measure, places))

    def list_texts(self, places: Sequence[int]) -> Sequence[str]:
        return Lazy(len(places), lambda number: self.read_text(places[number]))

    def pack(self, places: Sequence[int]) -> Sequence[bytes]:
        return Lazy(len(places), lambda number: self.kept.read_packed(places[number]))


class KeptPassages(Loaded[Passage]):
    """All passages, in the order of the cuts that they were given with."""

    def __init__(self, folder: Path) -> None:
        self._bytes = Bytes(folder)
        self._likeness = Bytes(folder)
        self._starts = array("q", [0])
        self._sizes = array("I")

    def __len__(self) -> int:
        return len(self._starts) - 1

    def append(self, taken: Taken) -> None:
        """All passages of a document."""
        start = self._bytes.size
        self._bytes.append(taken.passages)
        self._likeness.append(taken.likeness)
        for sizes in taken.sizes:
            start += sum(sizes[:_SENTENCES])
            self._starts.append(start)
            self._sizes.extend(sizes)

    def _read(self, place: int, first: int, last: int) -> list[bytes]:
        """Parts of a passage that stand side by side."""
        sizes = self._sizes[5 * place : 5 * place + _SENTENCES]
        start = self._starts[place] + sum(sizes[:first])
        data = self._bytes.read(start, sum(sizes[first : last + 1]))
        found, start = [], 0
        for size in sizes[first : last + 1]:
            found.append(data[start : start + size])
            start += size
        return found

    def _load(self, place: int) -> Passage:
        return unpack_passage(*self._read(place, _PLACE, _TEXT))

    def read_id(self, place: int) -> str:
        return unpack_id(*self._read(place, _PLACE, _PLACE))

    def read_text(self, place: int) -> str:
        return self._read(place, _TEXT, _TEXT)[0].decode("utf-8", "surrogatepass")

    def read_small(self, place: int) -> Collection[str]:
        """The words that it writes small although its names have capitals."""
        return unpack_small(*self._read(place, _SMALL, _SMALL))

    def read_terms(self, place: int) -> Terms:
        return unpack_terms(*self._read(place, _TERMS, _TERMS))

    def count_sentences(self) -> Numbers:
        """Of each passage."""
        return np.array(self._sizes[_SENTENCES::5], dtype=np.int64)

    def read_likeness(self) -> Likeness:
        """What each is compared by, mapped into memory."""
        if not len(self):
            return np.empty(0, dtype=LIKENESS)
        return self._likeness.map(LIKENESS)


class KeptCuts(Loaded[Cut]):
    """Cuts of documents that lie on the disk too."""

    def __init__(self, folder: Path, documents: Records[Document]) -> None:
        self.passages = KeptPassages(folder)
        self._documents = documents
        self._own: Records[bytes] = Records(folder, bytes, bytes)
        self._places = array("q")
        self._first = array("q", [0])

    def __len__(self) -> int:
        return len(self._own)

    def append(self, document: int, taken: Taken) -> None:
        """Take one in, whose document has this place among all."""
        self.passages.append(taken)
        self._own.append_packed(taken.own)
        self._places.append(document)
        self._first.append(len(self.passages))

    def _load(self, place: int) -> Cut:
        passages = (self.passages[number] for number in self._numbers(place))
        return unpack_cut(self._own[place], self._documents[self._places[place]], passages)

    def _numbers(self, place: int) -> range:
        return range(self._first[place], self._first[place + 1])

    @property
    def briefs(self) -> Sequence[Brief]:
        """What is asked of all documents."""
        return Lazy(len(self), lambda one: unpack_brief(self._own[one]))

    @property
    def texts(self) -> Sequence[str]:
        """The texts of all documents."""
        documents, places = self._documents, self._places
        return Lazy(len(self), lambda one: unpack_text(documents.read_packed(places[one])))

    def order_passages(self, order: Sequence[int]) -> Numbers:
        """The places of the passages when the cuts stand in this order."""
        numbers = (number for place in order for number in self._numbers(place))
        return np.fromiter(numbers, dtype=np.int64, count=len(self.passages))
