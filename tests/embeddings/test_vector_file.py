"""Many vectors are searched by lists of near ones: nearly always the same rows, scored exactly."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from embeddings.index import VectorFacts
from embeddings.index.vector_file import VectorFile, write_lists, write_rows
from embeddings.records import Mask, Vectors

COUNT, DIMENSION, GROUPS = 30_000, 64, 300


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Groups of near vectors, as texts on the same thing give them."""
    return _make_vectors(COUNT, seed=1)


@pytest.fixture(scope="module")
def queries() -> Vectors:
    return _make_vectors(100, seed=2)


@pytest.fixture(scope="module")
def written(
    vectors: Vectors, queries: Vectors, tmp_path_factory: pytest.TempPathFactory
) -> tuple[VectorFacts, VectorFile]:
    """All of them in lists, found with queries that are not asked below."""
    return _write(tmp_path_factory.mktemp("lists"), vectors, _make_vectors(100, seed=3), least=0.98)


def _make_vectors(count: int, seed: int) -> Vectors:
    middles = np.random.default_rng(0).standard_normal((GROUPS, DIMENSION))
    random = np.random.default_rng(seed)
    rows = middles[random.integers(GROUPS, size=count)]
    rows = rows + 0.7 * random.standard_normal(rows.shape)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _write(
    folder: Path, vectors: Vectors, queries: Vectors, least: float, flat: int = 1_000
) -> tuple[VectorFacts, VectorFile]:
    rows, lists = folder / "rows.faiss", folder / "lists.faiss"
    write_rows(rows, vectors, np.arange(len(vectors)))
    return write_lists(rows, lists, queries, least, flat), VectorFile(rows, lists)


def _measure_recall(
    file: VectorFile, vectors: Vectors, queries: Vectors, allowed: Mask | None = None
) -> float:
    found = []
    for query in queries:
        scores = vectors @ query
        if allowed is not None:
            scores[~allowed] = -2
        nearest = file.search(query, 10, allowed)
        found.append(np.isin(np.argsort(-scores)[:10], nearest.numbers).mean())
        np.testing.assert_allclose(nearest.scores, scores[nearest.numbers], atol=1e-6)
        assert (np.diff(nearest.scores) <= 0).all()
    return float(np.mean(found))


def test_lists_find_what_is_nearest_and_only_a_part_of_them_is_looked_into(
    written: tuple[VectorFacts, VectorFile], vectors: Vectors, queries: Vectors
) -> None:
    facts, file = written
    assert (facts.kind, facts.rows, len(file)) == ("lists", COUNT, COUNT)
    assert facts.recall >= 0.98
    assert 0 < facts.probes < facts.lists / 2
    assert _measure_recall(file, vectors, queries) >= 0.96


@pytest.mark.parametrize("share", [0.5, 0.05, 0.005])
def test_a_filter_is_applied_inside_the_search(
    written: tuple[VectorFacts, VectorFile], vectors: Vectors, queries: Vectors, share: float
) -> None:
    allowed = np.random.default_rng(4).random(COUNT) < share
    assert _measure_recall(written[1], vectors, queries, allowed) >= 0.96


def test_what_a_filter_leaves_is_found_where_it_lies_far_from_the_query(
    written: tuple[VectorFacts, VectorFile], vectors: Vectors, queries: Vectors
) -> None:
    far = vectors @ queries[0] < 0
    nearest = written[1].search(queries[0], 10, far)
    assert len(nearest.numbers) == 10
    assert far[nearest.numbers].all()


def test_few_vectors_are_all_compared(tmp_path: Path, vectors: Vectors, queries: Vectors) -> None:
    facts, file = _write(tmp_path, vectors[:1_000], queries, least=0.98)
    assert facts == VectorFacts("flat", 1_000, recall=1.0)
    assert _measure_recall(file, vectors[:1_000], queries) == 1.0


def test_all_are_compared_where_lists_do_not_find_enough(
    tmp_path: Path, vectors: Vectors, queries: Vectors
) -> None:
    noise = np.random.default_rng(5).standard_normal((3_000, DIMENSION)).astype(np.float32)
    facts, file = _write(tmp_path, noise, 100 * queries, least=1.01)
    assert facts.kind == "flat" and facts.recall == 1.0
    assert facts.missed is not None and facts.missed <= 1.0
    assert len(file.search(queries[0], 3_000).numbers) == 3_000


def test_the_same_vectors_give_the_same_lists(
    tmp_path: Path, vectors: Vectors, queries: Vectors
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        _write(tmp_path / name, vectors[:5_000], queries, least=0.9)
    one, other = (tmp_path / name / "lists.faiss" for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("count", [0, 1, 5])
def test_rows_are_written_as_faiss_writes_them(
    tmp_path: Path, vectors: Vectors, count: int
) -> None:
    rows = np.arange(count)[::-1]
    write_rows(tmp_path / "rows.faiss", vectors, rows)
    index = faiss.IndexFlatIP(DIMENSION)
    if count:
        index.add(vectors[rows])
    assert (tmp_path / "rows.faiss").read_bytes() == faiss.serialize_index(index).tobytes()
