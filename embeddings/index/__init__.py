"""The index seam: what every index can do, whatever holds it.

Text analysis, BM25 weights, fusion, confidence and highlights live above it. Passage numbers run
from 0 in the order of passage ids, so ties by number are ties by id. The exact NumPy index in
`exact.py` judges every other one (tests/contracts).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from embeddings.index.filtering import Standing
from embeddings.manifest import Manifest
from embeddings.records import (
    DocumentSummary,
    Filter,
    IndexContents,
    Nearest,
    Numbers,
    Occurrences,
    Signals,
    StoredDocument,
    StoredPassage,
    Vectors,
)

NO_FILTER = Filter()


@dataclass(frozen=True, slots=True)
class VectorFacts:
    """How rows of vectors are searched.

    All are compared (`flat`), or `probes` of the `lists` of near rows, or a `graph` (HNSW) is
    followed, `probes` wide. `recall` is the share of the ten nearest rows that a search finds,
    measured when they were written, `missed` what lists would have had where they were not good
    enough.
    """

    kind: str
    rows: int
    recall: float
    lists: int = 0
    probes: int = 0
    missed: float | None = None


class Index(Protocol):
    """The read side: one immutable build, safe to use from several threads."""

    @property
    def passage_count(self) -> int: ...

    def dense(
        self, vector: Vectors, depth: int, filter: Filter = NO_FILTER
    ) -> tuple[Nearest, Nearest]:
        """The nearest passages by passage vector and, apart, by their best sentence vector."""
        ...

    def lexical(
        self, terms: Mapping[str, float], depth: int, filter: Filter = NO_FILTER
    ) -> Nearest:
        """The passages with the greatest sums of weight * BM25, if they share a term at all."""
        ...

    def signals(self, numbers: Numbers, vector: Vectors, terms: Mapping[str, float]) -> Signals:
        """The exact value of every signal for the passages named, in their order."""
        ...

    def occurrences(self, numbers: Numbers, terms: Sequence[str]) -> Occurrences:
        """Every place where the terms stand in the text of the passages named."""
        ...

    def sentence_cosines(self, numbers: Numbers, vector: Vectors) -> list[Vectors]:
        """The cosine of each sentence, in its order, of the passages named, in theirs."""
        ...

    def passage_vector(self, number: int) -> Vectors:
        """The stored vector of one passage, [dimension]."""
        ...

    def positions(self, numbers: Numbers) -> Vectors:
        """Where the passages named lie on the map, [n, 2], each number in 0..1."""
        ...

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands; 0 for a term the index has not seen."""
        ...

    def terms(self, beginning: str, lengths: range) -> Sequence[str]:
        """The terms that begin so and are so long, in code points; sorted by code point."""
        ...

    def letters(self, beginning: str) -> Sequence[str]:
        """What stands right behind a beginning in any term, one code point each, sorted."""
        ...

    def read(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """The passages named, in their order."""
        ...

    def standings(self, numbers: Sequence[int]) -> list[tuple[Standing, ...]]:
        """Where each passage named stands: itself, then its repeats by source and place."""
        ...

    def find(self, passage_id: str) -> StoredPassage | None:
        """A passage by its id; a folded one by that of the passage it was folded into."""
        ...

    def documents(self, offset: int, limit: int) -> tuple[int, list[DocumentSummary]]:
        """How many documents there are, and a page of them by source."""
        ...

    def document(self, document_id: str) -> StoredDocument | None: ...

    def close(self) -> None: ...


class Writer(Protocol):
    """The write side: one build, aside from the live one until it is published.

    `begin` comes first, then `add` once, `verify`, and `publish` or `rollback`. Nothing is seen by
    readers before `publish`, and nothing is left behind after `rollback`.
    """

    def begin(self) -> str:
        """Start a build; its id."""
        ...

    def add(self, contents: IndexContents, least_recall: float) -> Mapping[str, VectorFacts]:
        """Write everything; how passage and sentence vectors are searched, and found to be.

        At least so much of the ten nearest of any vector is to be found.
        """
        ...

    def verify(self, manifest: Manifest) -> None:
        """Write the manifest, read everything back, raise IndexDamaged where it differs."""
        ...

    def publish(self) -> None: ...

    def rollback(self) -> None: ...
