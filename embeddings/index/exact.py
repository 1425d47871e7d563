"""The judge: every signal of every passage by plain NumPy, in memory, for tests."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from embeddings.index import NO_FILTER
from embeddings.index.filtering import Standing, passes
from embeddings.index.placing import Placing
from embeddings.index.ranking import find_neighbours, multiply, take_best
from embeddings.records import (
    Cut,
    DocumentSummary,
    Filter,
    Fold,
    IndexContents,
    Nearest,
    Numbers,
    Occurrences,
    Passage,
    Place,
    Signals,
    StoredDocument,
    StoredPassage,
    Vectors,
    hash_text,
)


class ExactIndex:
    """An index over contents in memory."""

    def __init__(self, contents: IndexContents) -> None:
        self._contents = contents
        self._cuts = {cut.document.id: cut for cut in contents.cuts}
        self._number = {passage.id: i for i, passage in enumerate(contents.passages)}
        self._slot = {term: i for i, term in enumerate(contents.postings.terms)}
        placing = Placing(contents.passages)
        self._neighbours = find_neighbours(placing.document, placing.start)
        self._folds: dict[str, list[Fold]] = defaultdict(list)
        for fold in contents.folds:
            self._folds[fold.into].append(fold)

    @property
    def passage_count(self) -> int:
        return len(self._contents.passages)

    def dense(
        self, vector: Vectors, depth: int, filter: Filter = NO_FILTER
    ) -> tuple[Nearest, Nearest]:
        numbers = self._allowed(filter)
        signals = self.signals(numbers, vector, {})
        return (
            take_best(numbers, signals.passage, depth),
            take_best(numbers, signals.sentence, depth),
        )

    def lexical(
        self, terms: Mapping[str, float], depth: int, filter: Filter = NO_FILTER
    ) -> Nearest:
        numbers = self._allowed(filter)
        scores = self._lexical_scores(terms)[numbers]
        found = scores > 0
        return take_best(numbers[found], scores[found], depth)

    def signals(self, numbers: Numbers, vector: Vectors, terms: Mapping[str, float]) -> Signals:
        best = [own.max() for own in self.sentence_cosines(numbers, vector)]
        cosines = multiply(self._contents.passage_vectors, vector)
        return Signals(
            passage=cosines[numbers],
            context=cosines[self._neighbours[numbers]].max(axis=1),
            sentence=np.array(best, dtype=np.float32),
            lexical=self._lexical_scores(terms)[numbers],
        )

    def sentence_cosines(self, numbers: Numbers, vector: Vectors) -> list[Vectors]:
        offsets = self._contents.sentence_offsets
        cosines = multiply(self._contents.sentence_vectors, vector)
        return [cosines[offsets[number] : offsets[number + 1]] for number in numbers]

    def occurrences(self, numbers: Numbers, terms: Sequence[str]) -> Occurrences:
        order, offsets = self._contents.word_order, self._contents.sentence_offsets
        wanted = {self._slot[term]: at for at, term in enumerate(terms) if term in self._slot}
        found = []
        for i, number in enumerate(numbers):
            first, last = offsets[number], offsets[number + 1]
            start = order.offsets[first]
            for row in range(first, last):
                for place in range(order.offsets[row], order.offsets[row + 1]):
                    if (at := wanted.get(int(order.slots[place]))) is not None:
                        found.append((i, row - first, place - start, at))
        return Occurrences(*np.array(found, dtype=np.int64).reshape(-1, 4).T)

    def passage_vector(self, number: int) -> Vectors:
        vector: Vectors = self._contents.passage_vectors[number]
        return vector

    def positions(self, numbers: Numbers) -> Vectors:
        return self._contents.positions[numbers]

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        offsets = self._contents.postings.offsets
        slots = {term: self._slot.get(term) for term in terms}
        return {
            term: 0 if slot is None else int(offsets[slot + 1] - offsets[slot])
            for term, slot in slots.items()
        }

    def terms(self, beginning: str, lengths: range) -> Sequence[str]:
        terms = self._contents.postings.terms
        return [term for term in terms if term.startswith(beginning) and len(term) in lengths]

    def letters(self, beginning: str) -> Sequence[str]:
        size = len(beginning)
        terms = self._contents.postings.terms
        return sorted({t[size] for t in terms if t.startswith(beginning) and len(t) > size})

    def read(self, numbers: Sequence[int]) -> list[StoredPassage]:
        return [self._store(self._contents.passages[number]) for number in numbers]

    def standings(self, numbers: Sequence[int]) -> list[tuple[Standing, ...]]:
        return [
            (
                Standing(stored.source, stored.passage.language, stored.date),
                *(Standing(one.source, one.language, one.date) for one in stored.also_in),
            )
            for stored in self.read(numbers)
        ]

    def find(self, passage_id: str) -> StoredPassage | None:
        into = {fold.passage.id: fold.into for fold in self._contents.folds}
        number = self._number.get(into.get(passage_id, passage_id))
        return None if number is None else self.read([number])[0]

    def documents(self, offset: int, limit: int) -> tuple[int, list[DocumentSummary]]:
        cuts = sorted(self._cuts.values(), key=lambda cut: cut.document.source)
        return len(cuts), [self._summarize(cut) for cut in cuts[offset : offset + limit]]

    def document(self, document_id: str) -> StoredDocument | None:
        cut = self._cuts.get(document_id)
        if cut is None:
            return None
        return StoredDocument(
            summary=self._summarize(cut),
            text=cut.document.text,
            sha256=cut.document.sha256,
            encoding=cut.document.encoding,
            passages=tuple(p for p in cut.passages if p.id in self._number),
            folds=tuple(f for f in self._contents.folds if f.passage.document_id == document_id),
            headings=cut.headings,
            marks=cut.marks,
            author=cut.document.author,
            url=cut.document.url,
            extractor=cut.document.extractor,
            text_sha256=hash_text(cut.document.text),
            notices=cut.document.notices,
        )

    def close(self) -> None:
        """Nothing to release."""

    def _store(self, passage: Passage) -> StoredPassage:
        cut = self._cuts[passage.document_id]
        places = [self._place(fold.passage) for fold in self._folds[passage.id]]
        return StoredPassage(
            number=self._number[passage.id],
            passage=passage,
            title=cut.title,
            source=cut.document.source,
            date=cut.document.date,
            also_in=tuple(sorted(places, key=lambda place: (place.source, place.start))),
            author=cut.document.author,
            url=cut.document.url,
        )

    def _place(self, passage: Passage) -> Place:
        cut = self._cuts[passage.document_id]
        return Place(
            passage.id,
            passage.document_id,
            cut.title,
            cut.document.source,
            passage.start,
            passage.end,
            passage.language,
            cut.document.date,
        )

    def _summarize(self, cut: Cut) -> DocumentSummary:
        return DocumentSummary(
            id=cut.document.id,
            source=cut.document.source,
            title=cut.title,
            language=cut.language,
            date=cut.document.date,
            characters=len(cut.document.text),
            passages=sum(passage.id in self._number for passage in cut.passages),
            file=cut.document.file,
        )

    def _allowed(self, filter: Filter) -> Numbers:
        return np.array(
            [
                number
                for number, passage in enumerate(self._contents.passages)
                if any(
                    self._passes(filter, candidate)
                    for candidate in (passage, *(f.passage for f in self._folds[passage.id]))
                )
            ],
            dtype=np.int64,
        )

    def _passes(self, filter: Filter, passage: Passage) -> bool:
        document = self._cuts[passage.document_id].document
        return passes(filter, document.source, passage.language, document.date)

    def _lexical_scores(self, terms: Mapping[str, float]) -> Vectors:
        postings = self._contents.postings
        scores = np.zeros(self.passage_count, dtype=np.float32)
        for term, weight in terms.items():
            if (slot := self._slot.get(term)) is not None:
                place = slice(postings.offsets[slot], postings.offsets[slot + 1])
                scores[postings.numbers[place]] += np.float32(weight) * postings.weights[place]
        return scores
