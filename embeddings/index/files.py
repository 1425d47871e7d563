"""The files of an embedded index, and how they are written.

A passage whose only sentence has its own vector has no row among the sentences.
"""

from pathlib import Path

import numpy as np

from embeddings.index import VectorFacts
from embeddings.index.places import FILES as PLACES_FILES
from embeddings.index.places import write_places
from embeddings.index.placing import Placing
from embeddings.index.postings import postings_files, write_postings
from embeddings.index.ranking import find_neighbours
from embeddings.index.tables import write_store
from embeddings.index.vector_file import FLAT, write_lists, write_rows
from embeddings.index.word_order import FILES as WORD_ORDER_FILES
from embeddings.index.word_order import write_word_order
from embeddings.projection import choose_evenly
from embeddings.records import IndexContents, Mask, Numbers, Vectors

STORE = "passages.sqlite"
PASSAGES = "passages.faiss"
SENTENCES = "sentences.faiss"
LISTS = {name: f"{name.removesuffix('.faiss')}.lists.faiss" for name in (PASSAGES, SENTENCES)}
_OFFSETS = "sentence_offsets.npy"
_ROWS = "sentence_rows.npy"
_NEIGHBOURS = "neighbours.npy"
_POSITIONS = "positions.npy"
ARRAYS = (_OFFSETS, _ROWS, _NEIGHBOURS, _POSITIONS)
FILES = (
    STORE,
    *LISTS,
    *ARRAYS,
    *PLACES_FILES,
    *postings_files(),
    *WORD_ORDER_FILES,
)
"""What every index has; one of many vectors has LISTS of them too."""
LEAST_RECALL = 0.99
QUERIES = 300  # to measure the recall with


def write_index(
    folder: Path, contents: IndexContents, least_recall: float = LEAST_RECALL, flat: int = FLAT
) -> dict[str, VectorFacts]:
    """Write the files of an index into an empty folder; how its vectors are searched.

    Of more than `flat` rows lists are made, if they find so much of the ten nearest.
    """
    placing = Placing(contents.passages)
    documents = write_store(folder / STORE, contents, placing)
    write_places(folder, contents.folds, placing, documents)
    write_postings(folder, contents.postings)
    write_word_order(folder, contents.word_order)
    _save(folder / _OFFSETS, contents.sentence_offsets)
    _save(folder / _NEIGHBOURS, find_neighbours(placing.document, placing.start))
    _save(folder / _POSITIONS, contents.positions)
    alone = _find_alone(contents)
    sizes = np.where(alone, 0, np.diff(contents.sentence_offsets))
    _save(folder / _ROWS, np.concatenate(([0], np.cumsum(sizes))).astype(np.int64))
    kept = np.flatnonzero(np.repeat(~alone, np.diff(contents.sentence_offsets)))
    vectors = {PASSAGES: contents.passage_vectors, SENTENCES: contents.sentence_vectors}
    rows = {PASSAGES: np.arange(len(contents.passage_vectors)), SENTENCES: kept}
    asked = {PASSAGES: kept, SENTENCES: np.flatnonzero(~alone)}
    facts = {}
    for name, other in ((PASSAGES, SENTENCES), (SENTENCES, PASSAGES)):
        write_rows(folder / name, vectors[name], rows[name])
        some = asked[name][choose_evenly(len(asked[name]), QUERIES)]
        queries = make_queries(vectors[other][some])
        facts[name.removesuffix(".faiss")] = write_lists(
            folder / name, folder / LISTS[name], queries, least_recall, flat
        )
    return facts


def make_queries(vectors: Vectors) -> Vectors:
    """Vectors to measure recall with, each in the middle of three of the other kind.

    What is near to a text that the index holds lies in fewer lists than what is near to a question.
    Middles of three need about as many as texts that were left out (`tests/benchmarks/recall.py`).
    """
    third = max(1, len(vectors) // 3)
    middles = vectors + np.roll(vectors, third, axis=0) + np.roll(vectors, 2 * third, axis=0)
    lengths = np.linalg.norm(middles, axis=1, keepdims=True)
    queries: Vectors = middles / np.maximum(lengths, np.finfo(np.float32).tiny)
    return queries


def list_files(folder: Path) -> list[str]:
    """The names of the files of an index that was written."""
    return [*FILES, *(name for name in LISTS.values() if (folder / name).is_file())]


def _save(path: Path, array: Numbers | Vectors) -> None:
    np.save(path, array, allow_pickle=False)


def _find_alone(contents: IndexContents) -> Mask:
    """The passages of one sentence whose vector is that of the passage."""
    offsets = contents.sentence_offsets
    alone: Mask = np.diff(offsets) == 1
    for number in np.flatnonzero(alone):
        own = contents.sentence_vectors[offsets[number]]
        alone[number] = np.array_equal(own, contents.passage_vectors[number])
    return alone
