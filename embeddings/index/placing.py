"""Where the passages of a build stand, gone through once: their texts may lie on disk."""

from collections.abc import Iterable, Sequence

import numpy as np

from embeddings.records import Numbers, Passage


class Placing:
    """Of n passages in the order of their ids: the document of each, its place there, its language.

    `documents` are the ids of the documents that passages stand in, `document` numbers among them.
    """

    def __init__(self, passages: Iterable[Passage]) -> None:
        ids: list[bytes] = []
        known: dict[str, int] = {}
        documents, starts = [], []
        self.languages: list[str | None] = []
        for passage in passages:
            ids.append(passage.id.encode())
            documents.append(known.setdefault(passage.document_id, len(known)))
            starts.append(passage.start)
            self.languages.append(passage.language)
        self._ids = np.array(ids, dtype=np.bytes_)
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
