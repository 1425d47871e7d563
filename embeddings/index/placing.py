"""Where the passages of a build stand, gone through once: their texts may lie on disk."""

from array import array
from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np

from embeddings.records import Numbers, Passage

_AT_ONCE = 4096


class Placing:
    """Of n passages in the order of their ids: the document of each, its place there, its language.

    `documents` are the ids of the documents that passages stand in, `document` numbers among them.
    """

    def __init__(self, passages: Iterable[Passage]) -> None:
        known: dict[str, int] = {}
        spoken: dict[str | None, str | None] = {}  # so that each name is held once
        ids = [np.empty(0, dtype=np.bytes_)]
        documents, starts = array("q"), array("q")
        self.languages: list[str | None] = []
        own = iter(passages)
        while some := list(islice(own, _AT_ONCE)):
            ids.append(np.array([passage.id.encode() for passage in some], dtype=np.bytes_))
            starts.extend(passage.start for passage in some)
            for passage in some:
                documents.append(known.setdefault(passage.document_id, len(known)))
                self.languages.append(spoken.setdefault(passage.language, passage.language))
        self._ids = np.concatenate(ids)
        self.documents = list(known)
        self.document: Numbers = np.array(documents, dtype=np.int64)
        self.start: Numbers = np.array(starts, dtype=np.int64)

    def find_numbers(self, ids: Sequence[str]) -> Numbers:
        """The numbers of the passages with these ids, which all are there."""
        wanted = np.array([one.encode() for one in ids], dtype=np.bytes_)
        return np.searchsorted(self._ids, wanted).astype(np.int64)

    def count_passages(self) -> dict[str, int]:
        """How many passages stand in each document that has any."""
        counts = np.bincount(self.document, minlength=len(self.documents))
        return dict(zip(self.documents, counts.tolist(), strict=True))
