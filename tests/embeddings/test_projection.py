"""The map: a place for each passage, the same each time, near what is near in meaning."""

import subprocess
import sys

import numpy as np
import pytest

from embeddings.projection import FEW, MOST_FITTED, choose_evenly, project
from embeddings.records import Vectors

SIZES = (0, 1, 2, 3, 5, FEW - 1, FEW, FEW + 1, 60)


def make_vectors(count: int, seed: int = 1, dimension: int = 32) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def make_groups(sizes: tuple[int, int], dimension: int = 32) -> tuple[Vectors, Vectors]:
    """Two groups of unit vectors that point in two directions."""
    groups = []
    for axis, size in enumerate(sizes):
        group = 0.2 * make_vectors(size, axis, dimension)
        group[:, axis] += 1
        groups.append(group / np.linalg.norm(group, axis=1, keepdims=True))
    return groups[0], groups[1]


@pytest.mark.parametrize("count", SIZES)
def test_every_passage_has_a_place_inside_the_map(count: int) -> None:
    places = project(make_vectors(count))
    assert (places.shape, places.dtype) == ((count, 2), np.float32)
    assert np.isfinite(places).all()
    assert ((places >= 0) & (places <= 1)).all()
    assert len(np.unique(places, axis=0)) == count


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("others", [0, 1, 2])
def test_vectors_that_are_the_same_lie_in_one_place(count: int, others: int) -> None:
    vectors = np.concatenate([np.repeat(make_vectors(1), count, axis=0), make_vectors(others, 2)])
    places = project(vectors)
    assert len(np.unique(places[:count], axis=0)) == min(count, 1)
    assert len(np.unique(places, axis=0)) == min(count, 1) + others


def test_a_corpus_of_one_meaning_lies_in_the_middle() -> None:
    assert (project(np.repeat(make_vectors(1), 7, axis=0)) == 0.5).all()


@pytest.mark.parametrize("count", [5, 300, MOST_FITTED + 200])
def test_the_same_vectors_give_the_same_places(count: int) -> None:
    vectors = make_vectors(count)
    np.testing.assert_array_equal(project(vectors), project(vectors.copy()))


@pytest.mark.parametrize("count", [5, 300, MOST_FITTED + 200])
def test_vectors_that_an_index_gives_back_at_half_precision_have_the_same_places(
    count: int,
) -> None:
    vectors = make_vectors(count)
    given_back = vectors.astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(project(vectors), project(given_back))


@pytest.mark.parametrize("sizes", [(4, 4), (40, 25), (MOST_FITTED, 900)])
def test_two_groups_that_lie_apart_in_meaning_lie_apart_on_the_map(sizes: tuple[int, int]) -> None:
    one, other = make_groups(sizes)
    order = np.random.default_rng(3).permutation(sum(sizes))
    group = np.repeat([0, 1], sizes)[order]
    places = project(np.concatenate([one, other])[order])
    middles = np.stack([places[group == 0].mean(axis=0), places[group == 1].mean(axis=0)])
    nearer = np.linalg.norm(places[:, None] - middles, axis=2).argmin(axis=1)
    assert (nearer == group).all()


def test_a_passage_beyond_the_fitted_ones_lies_with_what_it_is_nearest_to() -> None:
    count = MOST_FITTED + 300
    vectors = make_vectors(count)
    fitted = choose_evenly(count, MOST_FITTED)
    others = np.setdiff1d(np.arange(count), fitted)
    alike = fitted[: len(others)]
    vectors[others] = vectors[alike] + 0.01 * make_vectors(len(others), 9)
    places = project(vectors)
    assert np.linalg.norm(places[others] - places[alike], axis=1).max() < 0.02


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [(0, 3, []), (1, 3, [0]), (3, 3, [0, 1, 2]), (9, 3, [0, 4, 8]), (5, 0, [])],
)
def test_an_even_choice_goes_from_the_first_to_the_last(
    count: int, most: int, expected: list[int]
) -> None:
    assert choose_evenly(count, most).tolist() == expected


def test_an_even_choice_takes_as_many_as_it_may_each_once() -> None:
    chosen = choose_evenly(200_001, MOST_FITTED)
    assert len(set(chosen.tolist())) == MOST_FITTED
    assert np.ptp(np.diff(chosen)) <= 1


def test_what_a_build_needs_is_loaded_by_a_build_alone() -> None:
    program = "import sys, embeddings.build, service.app; print('sklearn' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert said.stdout.strip() == b"False"
