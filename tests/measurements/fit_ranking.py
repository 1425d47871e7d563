"""Find the weights of the ranking and the coefficients of confidence, for `profiles.json`.

    python -m tests.measurements.fit_ranking COLLECTIONS [ENCODER]

COLLECTIONS is a folder of judged collections (see `judged`), of which only the parts for tuning are
looked at. Prints nDCG@10 by collection for weights around the best, with each signal and share left
out, then for each mode the coefficients of confidence and how they fare on the collection that they
were not fitted on, and last the `ranking` of the encoder as profiles.json holds it.

Confidence is fitted on three kinds of examples: half of them the best hits of questions, right or
not; 35% their best hits after the passages that answer were taken away; 15% the best hits of
questions that belong to another collection. Questions on the topic are the harder ones, and what
people ask.
"""

import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from embeddings.encoders import DEFAULT_ENCODER, find_profile
from embeddings.records import Numbers, Vectors
from service.confidence import find_background
from service.evaluation.calibration import measure_calibration
from service.query import MODES
from tests.measurements.gathering import Gathered, Tuned, Weights, flatten, open_all, score
from tests.measurements.judged import TUNED_ON, TUNED_ON_MULTILINGUAL

_GAINS = 1 / np.log2(np.arange(2, 12))
_REFUSED = 0.045

_SHARES = {"own": 0.5, "robbed": 0.35, "others": 0.15}


def measure_ndcg(gathered: Sequence[Gathered], weights: Weights, mode: str = "hybrid") -> float:
    """Mean nDCG@10 (Järvelin and Kekäläinen, 2002), a document at its best passage."""
    return float(np.mean([_measure_query(one, weights, mode) for one in gathered]))


def _measure_query(one: Gathered, weights: Weights, mode: str) -> float:
    order = np.argsort(-score(one, weights, mode), kind="stable")
    documents = itertools.islice(
        dict.fromkeys(name for at in order[:100] for name in sorted(one.owners[at])), 10
    )
    gains = np.array([max(0, one.judged.get(name, 0)) for name in documents])
    ideal = np.sort([max(0, relevance) for relevance in one.judged.values()])[::-1][:10]
    return float(gains @ _GAINS[: len(gains)] / (ideal @ _GAINS[: len(ideal)]))


def try_weights(tuned: Mapping[str, Sequence[Gathered]], weights: Weights) -> None:
    """Print nDCG@10 around these weights, and with each signal and share left out."""
    _print_row("", [*tuned, "mean"])
    for label, changed in (("these", weights), *_change(weights)):
        values = [measure_ndcg(gathered, changed) for gathered in tuned.values()]
        _print_row(label, [f"{value:.4f}" for value in (*values, np.mean(values))])


def _change(weights: Weights) -> Iterator[tuple[str, Weights]]:
    for name, weight in weights.items():
        yield f"no {name}", {**weights, name: 0.0}
        for factor in (0.5, 0.75, 1.25, 1.5, 2.0):
            yield f"{name} {factor * weight:.2f}", {**weights, name: factor * weight}


def _print_row(label: str, values: Iterable[str]) -> None:
    print(f"{label:<24}" + "".join(f"{value:>17}" for value in values), flush=True)


@dataclass(frozen=True, slots=True)
class Examples:
    """Best hits: score and gap to the background, whether it answers, how much the example weighs.

    `kinds` are "own" questions, the same "robbed" of their answers, and those of "others".
    """

    features: Vectors
    answers: Numbers
    weights: Vectors
    kinds: NDArray[np.str_]

    @classmethod
    def join(cls, parts: Sequence["Examples"]) -> "Examples":
        return cls(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.answers for part in parts]),
            np.concatenate([part.weights for part in parts]),
            np.concatenate([part.kinds for part in parts]),
        )


def find_examples(
    own: Sequence[Gathered],
    strangers: Sequence[Sequence[Gathered]],
    weights: Weights,
    mode: str,
    stranger: float,
) -> Examples:
    """The best hits of a collection's questions, of the same robbed of their answers, of others'.

    Each of the three kinds weighs its share, however many it counts.
    """
    rows: list[tuple[float, float, bool, float, str]] = []
    others = [one for some in strangers for one in some]

    def add(kind: str, scores: Vectors, answers: bool, count: int) -> None:
        rows.append((*_describe(scores, stranger), answers, _SHARES[kind] / count, kind))

    for one in own:
        scores, right = score(one, weights, mode), one.right
        add("own", scores, bool(right[np.argmax(scores)]), len(own))
        if not right.all():
            add("robbed", scores[~right], False, len(own))
    for one in others:
        add("others", score(one, weights, mode), False, len(others))
    score_, gap, answers, weights_, kinds = map(np.array, zip(*rows, strict=True))
    return Examples(np.stack([score_, gap], axis=1), answers, weights_, kinds)


def _describe(scores: Vectors, stranger: float) -> tuple[float, float]:
    ordered = np.sort(scores)[::-1]
    best = float(ordered[0]) if len(ordered) else 0.0
    return best, best - find_background(ordered, {"stranger": stranger})


def fit_confidence(examples: Examples) -> dict[str, dict[str, float]]:
    """The two curves that make the answers likeliest, by gradient descent from several starts."""
    found = [
        minimize(_measure_loss, start, args=(examples,), method="BFGS")
        for start in ((4.0, 0.0, 3.0, 0.0), (2.0, 1.0, 6.0, 0.5), (8.0, -1.0, 8.0, 0.1))
    ]
    near, near_middle, apart, apart_middle = min(found, key=lambda one: one.fun).x
    center, gap = examples.features.mean(axis=0)
    return {
        "near": {"slope": round(near, 3), "middle": round(center + near_middle, 3)},
        "apart": {"slope": round(apart, 3), "middle": round(gap + apart_middle, 3)},
    }


def _measure_loss(parameters: Vectors, examples: Examples) -> float:
    """The weighted mean of the negative logarithm of the chance of what is so."""
    slopes, middles = np.array(parameters)[::2], np.array(parameters)[1::2]
    rises = slopes * (examples.features - examples.features.mean(axis=0) - middles)
    chances = np.clip((1 / (1 + np.exp(-np.clip(rises, -40, 40)))).prod(axis=1), 1e-6, 1 - 1e-6)
    chance = np.where(examples.answers, chances, 1 - chances)
    return float(-(examples.weights * np.log(chance)).sum() / examples.weights.sum())


def estimate(examples: Examples, model: Mapping[str, Mapping[str, float]]) -> Vectors:
    """The confidence of each example."""
    score, gap = examples.features.T
    rises = [
        model[name]["slope"] * (values - model[name]["middle"])
        for name, values in (("near", score), ("apart", gap))
    ]
    return (1 / (1 + np.exp(-np.array(rises)))).prod(axis=0)


def report(parts: Mapping[str, Examples]) -> dict[str, Any]:
    """Fit on all collections, print how each fares when it is left out, and find the threshold."""
    for name, examples in parts.items():
        others = [part for other, part in parts.items() if other != name]
        chances = estimate(examples, fit_confidence(Examples.join(others)))
        auroc = roc_auc_score(examples.answers, chances, sample_weight=examples.weights)
        error = measure_calibration(chances, examples.answers, examples.weights)
        print(f"  {name:<20} left out: AUROC {auroc:.4f}, calibration error {error:.4f}")
    everything = Examples.join(list(parts.values()))
    threshold = find_threshold(everything)
    for name, examples in parts.items():
        reached = examples.features[:, 0] >= threshold
        shares = [f"{reached[examples.kinds == kind].mean():.1%} of {kind}" for kind in _SHARES]
        print(f"  {name:<20} at {threshold}: {', '.join(shares)} answered")
    return {**fit_confidence(everything), "threshold": threshold}


def find_threshold(examples: Examples) -> float:
    """The score that all but so many of the best hits of answerable questions reach.

    Each collection weighs the same, however many its questions are.
    """
    own = examples.kinds == "own"
    order = np.argsort(examples.features[own, 0])
    reached = np.cumsum(examples.weights[own][order]) / examples.weights[own].sum()
    return round(float(examples.features[own, 0][order][np.searchsorted(reached, _REFUSED)]), 2)


def main(home: Path, encoder_name: str) -> None:
    """Print everything."""
    profile = find_profile(encoder_name)
    ranking = dict(profile.ranking)
    names = TUNED_ON if profile.languages else TUNED_ON_MULTILINGUAL
    tuned = open_all(home, names, encoder_name)
    flat = flatten(ranking)
    try_weights({name: one.own for name, one in tuned.items()}, flat)
    confidence = {}
    for mode in MODES:
        print(f"\n{mode}")
        stranger = _find_stranger(tuned.values(), flat, mode)
        examples = {
            name: find_examples(one.own, one.strangers, flat, mode, stranger)
            for name, one in tuned.items()
        }
        confidence[mode] = {**report(examples), "stranger": stranger}
    counts = ", ".join(f"{len(one.own):,} of {name}" for name, one in tuned.items())
    ranking |= {"confidence": confidence, "fitted_on": f"the queries for tuning: {counts}"}
    print(json.dumps(ranking, indent=1))


def _find_stranger(tuned: Iterable[Tuned], weights: Weights, mode: str) -> float:
    """The mean score of the best hit of a question that belongs to another corpus."""
    best = [
        score(one, weights, mode).max(initial=0.0)
        for collection in tuned
        for some in collection.strangers
        for one in some
    ]
    return round(float(np.mean(best)), 3)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else DEFAULT_ENCODER)
