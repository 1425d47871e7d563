"""The read side: one build in a database, by statements over one table each."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from embeddings.builds import Recalled
from embeddings.index import NO_FILTER, VectorFacts
from embeddings.index.filtering import Standing
from embeddings.index.places import Places
from embeddings.index.postgres.client import Database
from embeddings.index.postgres.nearest import NearestRows
from embeddings.index.postgres.reading import BuildReader
from embeddings.index.postgres.schema import unescape
from embeddings.index.postgres.texts import Texts
from embeddings.index.postgres.words import Words
from embeddings.index.tables import unpack_spans
from embeddings.manifest import Manifest
from embeddings.records import (
    Cut,
    DocumentSummary,
    Filter,
    Mask,
    Nearest,
    Numbers,
    Occurrences,
    Signals,
    StoredDocument,
    StoredPassage,
    Vectors,
)

_FILTERS_KEPT = 8
_RECALL_AT_ONCE = 4096


class DatabaseIndex:
    """A build, by its manifest, over a database that outlives it.

    Raises BuildGone, and IndexUnreachable where no server answers any more.
    """

    def __init__(self, database: Database, manifest: Manifest) -> None:
        facts = {name: VectorFacts(**known) for name, known in manifest.vectors.items()}
        self._reader = reader = BuildReader(database, manifest.build)
        self._dimension = int(manifest.encoder["dimension"])
        self.passage_count = manifest.counts["passages"]
        self._nearest = NearestRows(reader, facts["passages"], facts["sentences"])
        self._texts = Texts(reader, manifest.counts["documents"], self.passage_count)
        self._words = Words(reader, self.passage_count)
        self._places: Places | None = None
        self._filters: OrderedDict[Filter, Mask] = OrderedDict()
        self._lock = threading.Lock()

    def dense(
        self, vector: Vectors, depth: int, filter: Filter = NO_FILTER
    ) -> tuple[Nearest, Nearest]:
        self._check(vector)
        return self._nearest.search(vector, depth, self._allow(filter))

    def lexical(
        self, terms: Mapping[str, float], depth: int, filter: Filter = NO_FILTER
    ) -> Nearest:
        return self._words.nearest(terms, depth, self._allow(filter))

    def signals(self, numbers: Numbers, vector: Vectors, terms: Mapping[str, float]) -> Signals:
        self._check(vector)
        numbers = np.asarray(numbers, dtype=np.int64)
        wanted = numbers.tolist()
        tables = self._reader.tables
        passages, sentences = self._reader.ask(
            [
                (
                    f"SELECT number, before, after, -(vector <#> $1) FROM {tables['passages']}"  # nosec B608  # our own names
                    " WHERE number = ANY($2::int[])",
                    (vector, wanted),
                ),
                (
                    f"SELECT passage, max(-(vector <#> $1)) FROM {tables['sentences']}"  # nosec B608  # our own names
                    " WHERE passage = ANY($2::int[]) GROUP BY passage",
                    (vector, wanted),
                ),
            ]
        )
        beside = {number: (before, after) for number, before, after, _ in passages}
        own = {number: cosine for number, *_, cosine in passages}
        own |= self._read_cosines({n for two in beside.values() for n in two} - own.keys(), vector)
        best = {number: cosine for number, cosine in sentences}
        around = [max(own[near] for near in beside[number]) for number in wanted]
        return Signals(
            passage=np.array([own[number] for number in wanted], dtype=np.float32),
            context=np.array(around, dtype=np.float32),
            sentence=np.array([best[number] for number in wanted], dtype=np.float32),
            lexical=self._words.scores(numbers, terms),
        )

    def _read_cosines(self, numbers: set[int], vector: Vectors) -> dict[int, float]:
        if not numbers:
            return {}
        rows = self._reader.ask_one(
            f"SELECT number, -(vector <#> $1) FROM {self._reader.tables['passages']}"  # nosec B608  # our own names
            " WHERE number = ANY($2::int[])",
            vector,
            sorted(numbers),
        )
        return {number: cosine for number, cosine in rows}

    def sentence_cosines(self, numbers: Numbers, vector: Vectors) -> list[Vectors]:
        self._check(vector)
        wanted = np.asarray(numbers, dtype=np.int64).tolist()
        rows = self._reader.ask_one(
            f"SELECT passage, -(vector <#> $1) FROM {self._reader.tables['sentences']}"  # nosec B608  # our own names
            " WHERE passage = ANY($2::int[]) ORDER BY passage, place",
            vector,
            wanted,
        )
        found: dict[int, list[float]] = {}
        for number, cosine in rows:
            found.setdefault(number, []).append(cosine)
        return [np.array(found[number], dtype=np.float32) for number in wanted]

    def occurrences(self, numbers: Numbers, terms: Sequence[str]) -> Occurrences:
        return self._words.occurrences(np.asarray(numbers, dtype=np.int64), terms)

    def positions(self, numbers: Numbers) -> Vectors:
        wanted = np.asarray(numbers, dtype=np.int64).tolist()
        rows = self._reader.ask_one(
            f"SELECT number, x, y FROM {self._reader.tables['passages']}"  # nosec B608  # our own names
            " WHERE number = ANY($1::int[])",
            wanted,
        )
        found = {number: place for number, *place in rows}
        return np.array([found[number] for number in wanted], dtype=np.float32).reshape(-1, 2)

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        return self._words.frequencies(terms)

    def terms(self, beginning: str, lengths: range) -> Sequence[str]:
        return self._words.terms(beginning, lengths)

    def letters(self, beginning: str) -> Sequence[str]:
        return self._words.letters(beginning)

    def read(self, numbers: Sequence[int]) -> list[StoredPassage]:
        return self._texts.read(numbers)

    def standings(self, numbers: Sequence[int]) -> list[tuple[Standing, ...]]:
        return self._texts.standings(numbers)

    def find(self, passage_id: str) -> StoredPassage | None:
        return self._texts.find(passage_id)

    def documents(self, offset: int, limit: int) -> tuple[int, list[DocumentSummary]]:
        return self._texts.documents(offset, limit)

    def document(self, document_id: str) -> StoredDocument | None:
        return self._texts.document(document_id)

    def close(self) -> None:
        """Nothing of its own to release: its connections are the database's."""

    def list_documents(self) -> Iterator[tuple[str, str]]:
        return self._texts.files()

    def recall_texts(self) -> Iterator[str]:
        return self._texts.document_texts()

    def recall_cuts(self, document_ids: Sequence[str]) -> Iterator[Cut]:
        return self._texts.cuts(document_ids)

    def recall_vectors(self) -> Iterator[Recalled]:
        """Rounded to half precision: so a build made after another is the same as a fresh one."""
        tables = self._reader.tables
        for start in range(0, self.passage_count, _RECALL_AT_ONCE):
            bounds = (start, start + _RECALL_AT_ONCE)
            passages, sentences = self._reader.ask(
                [
                    (
                        f"SELECT text, sentences, vector FROM {tables['passages']}"  # nosec B608  # our own names
                        " WHERE number >= $1 AND number < $2 ORDER BY number",
                        bounds,
                    ),
                    (
                        f"SELECT vector FROM {tables['sentences']}"  # nosec B608  # our own names
                        " WHERE passage >= $1 AND passage < $2 ORDER BY passage, place",
                        bounds,
                    ),
                ]
            )
            yield Recalled(
                texts=[unescape(text) for text, *_ in passages],
                sentences=[unpack_spans(spans) for _, spans, _ in passages],
                vectors=np.stack([vector for *_, vector in passages]),
                sentence_vectors=np.stack([vector for (vector,) in sentences]),
            )

    def passage_vector(self, number: int) -> Vectors:
        """The stored vector of one passage."""
        rows = self._reader.ask_one(
            f"SELECT vector FROM {self._reader.tables['passages']} WHERE number = $1",  # nosec B608  # our own names
            number,
        )
        vector: Vectors = rows[0][0]
        return vector

    def _check(self, vector: Vectors) -> None:
        if len(vector) != self._dimension:
            raise ValueError(
                f"a vector of {len(vector)} numbers, where the index has {self._dimension}"
            )

    def _allow(self, filter: Filter) -> Mask | None:
        """The passages that a filter lets through, kept for the filters that were used last."""
        if not filter:
            return None
        with self._lock:
            if filter in self._filters:
                self._filters.move_to_end(filter)
                return self._filters[filter]
        if self._places is None:
            self._places = self._texts.places()
        allowed = self._places.allow(self._texts.documents_passing(filter), filter.language)
        with self._lock:
            self._filters[filter] = allowed
            if len(self._filters) > _FILTERS_KEPT:
                self._filters.popitem(last=False)
        return allowed
