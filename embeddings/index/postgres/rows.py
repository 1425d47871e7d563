"""Records -> rows of the tables of a build, and back."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from embeddings.index.places import make_places
from embeddings.index.placing import Placing
from embeddings.index.postgres.schema import escape, unescape
from embeddings.index.ranking import find_neighbours
from embeddings.index.tables import document_row, fold_row, make_passage, passage_row
from embeddings.records import IndexContents, Passage, Place, StoredPassage

Row = Sequence[Any]

_POSTINGS_A_ROW = 4096
_PLACES_A_ROW = 1_000_000
_OF_DOCUMENT = ("title", "source", "date", "author", "url")


class Rows:
    """The rows of each table, made from the contents of a build as they are asked for.

    Documents come first: the others need their numbers and names.
    """

    def __init__(self, contents: IndexContents) -> None:
        self._contents = contents
        self._placing = Placing(contents.passages)
        self._into = self._placing.find_numbers([fold.into for fold in contents.folds])
        self._numbers: dict[str, int] = {}
        self._said: dict[str, tuple[str | None, ...]] = {}

    def documents(self) -> Iterator[Row]:
        counts = self._placing.count_passages()
        for number, cut in enumerate(self._contents.cuts):
            document = cut.document
            self._numbers[document.id] = number
            said = (cut.title, document.source, document.date, document.author, document.url)
            self._said[document.id] = said
            yield _escape_all(document_row(cut, number, counts.get(document.id, 0)))

    def passages(self) -> Iterator[Row]:
        contents = self._contents
        neighbours = find_neighbours(self._placing.document, self._placing.start)
        also_in = self._list_places()
        order, offsets = contents.word_order, contents.sentence_offsets
        for number, passage in enumerate(contents.passages):
            bounds = order.offsets[offsets[number] : offsets[number + 1] + 1]
            yield (
                number,
                *_escape_all(passage_row(passage)),
                *_escape_all(self._said[passage.document_id]),
                json.dumps(also_in.get(number, [])),  # escapes what is not ASCII
                *neighbours[number].tolist(),
                *contents.positions[number].tolist(),
                order.slots[bounds[0] : bounds[-1]].astype("<i4").tobytes(),
                np.diff(bounds).astype("<i4").tobytes(),
                contents.passage_vectors[number],
            )

    def folds(self) -> Iterator[Row]:
        for fold, into in zip(self._contents.folds, self._into.tolist(), strict=True):
            passage_id, _, *rest = _escape_all(fold_row(fold, into))
            yield (into, fold.into, passage_id, *rest)

    def sentences(self) -> Iterator[Row]:
        offsets, vectors = self._contents.sentence_offsets, self._contents.sentence_vectors
        for number, first in enumerate(offsets[:-1].tolist()):
            for row in range(first, int(offsets[number + 1])):
                yield number, row - first, vectors[row]

    def terms(self) -> Iterator[Row]:
        sizes = np.diff(self._contents.postings.offsets).tolist()
        for slot, term in enumerate(self._contents.postings.terms):
            yield term, slot, sizes[slot]

    def postings(self) -> Iterator[Row]:
        postings = self._contents.postings
        for slot, term in enumerate(postings.terms):
            first, end = postings.offsets[slot : slot + 2].tolist()
            for part, start in enumerate(range(first, end, _POSTINGS_A_ROW)):
                some = slice(start, min(start + _POSTINGS_A_ROW, end))
                numbers, weights = postings.numbers[some], postings.weights[some]
                yield term, part, numbers.astype("<i4").tobytes(), weights.astype("<f4").tobytes()

    def places(self) -> Iterator[Row]:
        places, languages = make_places(self._contents.folds, self._placing, self._numbers)
        for part, start in enumerate(range(0, max(1, len(places)), _PLACES_A_ROW)):
            some = places[start : start + _PLACES_A_ROW]
            yield part, some.tobytes(), json.dumps(languages)

    def _list_places(self) -> dict[int, list[Row]]:
        """By the number of a passage, where else it stands, in the order it is told."""
        found: defaultdict[int, list[Row]] = defaultdict(list)
        for fold, into in zip(self._contents.folds, self._into.tolist(), strict=True):
            one = fold.passage
            title, source, date, *_ = self._said[one.document_id]
            place = (one.id, one.document_id, title, source, one.start, one.end, one.language, date)
            found[into].append(place)
        for places in found.values():
            places.sort(key=lambda place: (place[3], place[4]))
        return found


def _escape_all(row: Iterable[object]) -> list[object]:
    return [escape(one) if isinstance(one, str) else one for one in row]


def unescape_all(row: Iterable[Any]) -> list[Any]:
    """A row as it was before it went to the database."""
    return [unescape(one) if isinstance(one, str) else one for one in row]


def read_passage(row: Iterable[Any]) -> Passage:
    """The ten columns of a passage."""
    return make_passage(unescape_all(row))


def read_places(packed: str) -> tuple[Place, ...]:
    """Where else a passage stands."""
    return tuple(Place(*place) for place in json.loads(packed))


def read_stored(row: Row) -> StoredPassage:
    """The number of a passage, its ten columns, those of its document, and its other places."""
    number, *columns, also_in = row
    own, of_document = columns[:10], unescape_all(columns[10:])
    said = dict(zip(_OF_DOCUMENT, of_document, strict=True))
    return StoredPassage(number, read_passage(own), also_in=read_places(also_in), **said)
