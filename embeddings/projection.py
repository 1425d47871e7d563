"""Passage vectors -> places on a flat map, where what is near in meaning lies near.

t-SNE lays out at most 1,000 passages, chosen evenly, so that its time has a bound; every other
passage lies among those that it is nearest to. The same vectors give the same places: the seed is
fixed, and one thread adds the numbers up in one order. They are rounded first, since an index may
give back what it was given at half precision. scikit-learn is loaded only when it is used.
"""

import numpy as np
from numpy.typing import NDArray

from embeddings.records import Numbers, Vectors

MOST_FITTED = 1000
FEW = 20  # fewer are laid out by their two principal components, which tell no less then
_PERPLEXITY = 30
_STEPS = 500
_NEAREST = 5
_TOGETHER = 0.05  # of the map's width
_AT_ONCE = 10_000

Places = NDArray[np.float64]


def choose_evenly(count: int, most: int) -> Numbers:
    """Up to `most` of the numbers below `count`, ascending, spread evenly.

    Passage numbers follow hashed ids, so an even choice of them is a fair sample.
    """
    return np.linspace(0, count - 1, min(count, most)).astype(np.int64)


def project(vectors: Vectors) -> Vectors:
    """The place of each of n unit vectors, float32 [n, 2] in 0..1; both axes have one scale."""
    from threadpoolctl import threadpool_limits

    fitted = choose_evenly(len(vectors), MOST_FITTED)
    places = np.empty((len(vectors), 2), dtype=np.float32)
    if not len(vectors):
        return places
    with threadpool_limits(1):
        landmarks, owner = np.unique(_round(vectors[fitted]), axis=0, return_inverse=True)
        laid_out = _scale(lay_out(landmarks))
        places[fitted] = laid_out[owner.reshape(-1)]
        others = np.setdiff1d(np.arange(len(vectors)), fitted)
        for start in range(0, len(others), _AT_ONCE):
            some = others[start : start + _AT_ONCE]
            places[some] = _place_among(landmarks, laid_out, _round(vectors[some]))
    return places


def _round(vectors: Vectors) -> Vectors:
    return vectors.astype(np.float16).astype(np.float32)


def lay_out(vectors: Vectors) -> Places:
    """Places of vectors that all differ, in no certain scale."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    if len(vectors) == 1:
        return np.zeros((1, 2))
    if len(vectors) < FEW:
        layout = PCA(2, svd_solver="full")
    else:
        perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
        layout = TSNE(init="pca", perplexity=perplexity, max_iter=_STEPS, random_state=0)
    return np.asarray(layout.fit_transform(vectors), dtype=np.float64)


def _scale(places: Places) -> Places:
    """Fit places into 0..1, the narrower direction in the middle."""
    low, high = places.min(axis=0), places.max(axis=0)
    width = float((high - low).max())
    scaled = 0.5 + (places - (low + high) / 2) / (width or 1.0)
    return np.asarray(np.clip(scaled, 0, 1))


def _place_among(landmarks: Vectors, laid_out: Places, vectors: Vectors) -> Places:
    """The weighted mean of the nearest landmarks, those aside that lie far from the nearest one.

    Between two groups that a passage is about as near to there is only what it has no part in.
    """
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=min(_NEAREST, len(landmarks)), algorithm="brute")
    distances, rows = nearest.fit(landmarks).kneighbors(vectors)
    around = laid_out[rows]
    together = np.linalg.norm(around - around[:, :1], axis=2) <= _TOGETHER
    weights = together / np.maximum(distances, 1e-6)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray(np.einsum("ij,ijk->ik", weights, around))
