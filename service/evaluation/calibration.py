"""Whether a confidence means what it says."""

from collections.abc import Sequence

import numpy as np

_BINS = 10


def measure_calibration(
    chances: Sequence[float], answers: Sequence[bool], weights: Sequence[float] | None = None
) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al., ICML 2017).

    The mean distance, over the examples, between a bin's chances and the share of them that came
    true; 0 is perfect. Raises ValueError where there is no example.
    """
    if not len(chances):
        raise ValueError("no example to measure the calibration of")
    own, true = np.asarray(chances, np.float64), np.asarray(answers, np.float64)
    weight = np.ones(len(own)) if weights is None else np.asarray(weights, np.float64)
    bins = np.minimum((own * _BINS).astype(np.int64), _BINS - 1)
    gaps = np.bincount(bins, weights=weight * (own - true), minlength=_BINS)
    return float(np.abs(gaps).sum() / weight.sum())
