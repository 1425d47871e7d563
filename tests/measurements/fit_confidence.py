"""Fit the confidence of an encoder's ranking, for `profiles.json`.

    python -m tests.measurements.fit_confidence COLLECTIONS [ENCODER]

COLLECTIONS is a folder of judged collections (see `judged`), of which only the parts for tuning are
looked at. Prints for each mode how the curves fare on the collection that they were not fitted on,
and last the `ranking` of the encoder as profiles.json holds it.

Confidence is fitted on three kinds of examples: half of them the best hits of questions, right or
not; 35% their best hits after the passages that answer were taken away; 15% the best hits of
questions that belong to another collection. Questions on the topic are the harder ones, and what
people ask. Every question is asked of the whole corpus or of a part of it, a few whole articles
with the one that answers, since people's corpora are small and large.
"""

import itertools
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from embeddings.encoders import DEFAULT_ENCODER, Encoder, find_profile, load_encoder
from embeddings.index import Index
from embeddings.records import Numbers, Vectors
from service.confidence import estimate_confidence, find_background, grow
from service.evaluation.calibration import measure_calibration
from service.evaluation.collections import Collection
from service.query import MODES
from tests.measurements.gathering import Gathered, Weights, ask, flatten, score
from tests.measurements.judged import list_tuned, open_index, read_part

_SHARES = {"own": 0.5, "robbed": 0.35, "others": 0.15}
_SIZES = (60, 250, 1000, 0)  # passages; 0: all
_QUESTIONS = 800
_STRANGERS = 400


@dataclass(frozen=True, slots=True)
class Examples:
    """Best hits, one a row; `kind` is of _SHARES, `weight` its share among as many of its kind.

    `passages` is how many there were, `size` of _SIZES.
    """

    score: Vectors
    gap: Vectors
    passages: Numbers
    size: Numbers
    answers: NDArray[np.bool_]
    weight: Vectors
    kind: NDArray[np.str_]

    @classmethod
    def join(cls, parts: Sequence["Examples"]) -> "Examples":
        """All of them, one after the other."""
        columns = [[getattr(part, field.name) for part in parts] for field in fields(cls)]
        return cls(*map(np.concatenate, columns))


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions of a kind with every passage of the corpus, some of which may be hidden."""

    kind: str
    gathered: list[Gathered]


class Shrinking:
    """Makes a corpus small: a few whole titles of it, those that answer among them."""

    def __init__(self, index: Index) -> None:
        # By whole articles; where each document has its own title, a part would be a random one.
        titles = [stored.title for stored in index.read(range(index.passage_count))]
        _, self._title_of = np.unique(titles, return_inverse=True)
        self._sizes = np.bincount(self._title_of)
        self._random = np.random.default_rng(0)

    def choose(self, right: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
        """Which passages are in a corpus of about this size."""
        wanted = np.unique(self._title_of[right])
        others = np.setdiff1d(self._random.permutation(len(self._sizes)), wanted)
        self._random.shuffle(others)
        order = np.concatenate([wanted, others])
        count = int(np.searchsorted(np.cumsum(self._sizes[order]), size)) + 1 if size else None
        chosen = np.zeros(len(self._sizes), dtype=bool)
        chosen[order[:count]] = True
        mask: NDArray[np.bool_] = chosen[self._title_of]
        return mask


def find_examples(
    asked: Sequence[Asked], shrinking: Shrinking, weights: Weights, mode: str, stranger: float
) -> Examples:
    """The best hit of every question, in a corpus of each size in turn."""
    rows = [
        (*row, _SHARES[some.kind] / len(some.gathered), some.kind)
        for some in asked
        for row in _describe_all(some, shrinking, weights, mode, stranger)
    ]
    return Examples(*map(np.array, zip(*rows, strict=True)))


def _describe_all(
    some: Asked, shrinking: Shrinking, weights: Weights, mode: str, stranger: float
) -> Iterator[tuple[float, float, int, int, bool]]:
    """Score, gap, passages, size, and whether the best hit answers."""
    for one, size in zip(some.gathered, itertools.cycle(_SIZES), strict=False):
        right = one.right
        kept = shrinking.choose(right, size)
        if some.kind == "robbed":
            kept &= ~right
        scores = score(one, weights, mode)[kept]
        ordered = np.sort(scores)[::-1]
        background = find_background(ordered, {"stranger": stranger})
        best = int(np.argmax(scores))
        answers = bool(right[kept][best])
        yield float(ordered[0]), float(ordered[0]) - background, int(kept.sum()), size, answers


def find_border(examples: Examples) -> tuple[float, float]:
    """(growth, threshold): where own questions and strangers are equally likely, by a logistic
    regression on the score and the size of the corpus."""
    kept = np.isin(examples.kind, ["own", "others"])
    own = examples.kind[kept] == "own"
    table = np.stack([examples.score, grow(examples.passages)], axis=1)[kept]
    balance = np.where(own, 1 / _SHARES["own"], 1 / _SHARES["others"])
    model = LogisticRegression(C=1e6).fit(
        table, own, sample_weight=1000 * balance * examples.weight[kept]
    )
    slope, growth = model.coef_[0]
    return round(float(-growth / slope), 3), round(float(-model.intercept_[0] / slope), 2)


def fit_model(parts: Sequence[Examples]) -> dict[str, Any]:
    """The border, and the two curves that make the answers likeliest, from several starts."""
    examples = Examples.join(parts)
    growth, threshold = find_border(examples)
    columns = (examples.score - growth * grow(examples.passages), examples.gap)
    scale = np.array([(column.mean(), column.std()) for column in columns])
    starts = ((4, 0, 3, 0), (2, 1, 6, 0.5), (8, -1, 4, 0))
    found = [
        minimize(_measure_loss, start, args=(examples, scale, growth), method="BFGS")
        for start in starts
    ]
    model = _make_model(min(found, key=lambda one: one.fun).x, scale, growth)
    curves = {
        name: {key: round(value, 3) for key, value in model[name].items()}
        for name in ("near", "apart")
    }
    return {**curves, "growth": growth, "threshold": threshold}


def _make_model(parameters: Vectors, scale: Vectors, growth: float) -> dict[str, Any]:
    near, near_middle, apart, apart_middle = map(float, parameters)
    (near_mean, near_spread), (apart_mean, apart_spread) = scale.tolist()
    return {
        "near": {
            "slope": near / near_spread,
            "middle": near_mean + near_spread * near_middle,
        },
        "apart": {
            "slope": apart / apart_spread,
            "middle": apart_mean + apart_spread * apart_middle,
        },
        "growth": growth,
    }


def _measure_loss(parameters: Vectors, examples: Examples, scale: Vectors, growth: float) -> float:
    """The weighted mean of the negative logarithm of the chance of what is so."""
    model = _make_model(parameters, scale, growth)
    chances = np.clip(estimate(examples, model), 1e-6, 1 - 1e-6)
    chance = np.where(examples.answers, chances, 1 - chances)
    return float(-(examples.weight * np.log(chance)).sum() / examples.weight.sum())


def estimate(examples: Examples, model: Mapping[str, Any]) -> Vectors:
    """The confidence of each example."""
    background = examples.score - examples.gap
    return estimate_confidence(examples.score, background, model, examples.passages)


def report(parts: Mapping[str, Examples]) -> dict[str, Any]:
    """Fit on all collections, print how each fares when it is left out, and find the threshold."""
    for name, examples in parts.items():
        if others := [part for other, part in parts.items() if other != name]:
            chances = estimate(examples, fit_model(others))
            auroc = roc_auc_score(examples.answers, chances, sample_weight=examples.weight)
            error = measure_calibration(chances, examples.answers, examples.weight)
            print(f"  {name:<20} left out: AUROC {auroc:.4f}, calibration error {error:.4f}")
    model = fit_model(list(parts.values()))
    for name, examples in parts.items():
        grown = model["growth"] * grow(examples.passages)
        reached = examples.score - grown >= model["threshold"]
        for size in _SIZES:
            among = examples.size == size
            shares = [
                f"{reached[among & (examples.kind == kind)].mean():.1%} of {kind}"
                for kind in _SHARES
            ]
            passages = f"about {size:,}" if size else "all"
            print(f"  {name:<20} {passages:>11} passages: {', '.join(shares)} answered")
    return model


def ask_all(
    home: Path, name: str, encoder_name: str, encoder: Encoder
) -> tuple[list[Asked], Shrinking]:
    """A collection's own questions, robbed or not, and those of others, over every passage."""
    _, index = open_index(home / name, encoder_name, encoder)
    own = list(ask(index, encoder, _thin(read_part(home / name, tuning=True), _QUESTIONS), None))
    others = [
        one
        for other in _find_others(name)
        for one in ask(index, encoder, _take_away(read_part(home / other, tuning=True)), None)
    ]
    shrinking = Shrinking(index)
    index.close()
    return [Asked("own", own), Asked("robbed", own), Asked("others", others)], shrinking


def _find_others(name: str) -> Sequence[str]:
    """Collections about other things: squad and xquad share paragraphs."""
    return ("squad2-dev-half", "xquad-en") if name == "scifact" else ("scifact",)


def _thin(part: Collection, most: int) -> Collection:
    """Every so many queries of a collection."""
    step = max(1, len(part.queries) // most)
    queries = dict(itertools.islice(part.queries.items(), 0, None, step))
    return Collection(part.folder, queries, part.judgements)


def _take_away(part: Collection) -> Collection:
    """Queries of a collection, without what answers them."""
    return Collection(part.folder, _thin(part, _STRANGERS).queries, {})


def main(home: Path, encoder_name: str) -> None:
    """Print everything."""
    profile = find_profile(encoder_name)
    encoder = load_encoder(encoder_name)
    ranking = dict(profile.ranking)
    weights = flatten(ranking)
    asked = {name: ask_all(home, name, encoder_name, encoder) for name in list_tuned(profile)}
    confidence = {}
    for mode in MODES:
        print(f"\n{mode}")
        stranger = _find_stranger([own for own, _ in asked.values()], weights, mode)
        examples = {
            name: find_examples(own, shrinking, weights, mode, stranger)
            for name, (own, shrinking) in asked.items()
        }
        confidence[mode] = {**report(examples), "stranger": stranger}
    counts = ", ".join(f"{len(own[0].gathered):,} of {name}" for name, (own, _) in asked.items())
    ranking |= {"confidence": confidence, "fitted_on": f"questions for tuning: {counts}"}
    print(json.dumps(ranking, indent=1))


def _find_stranger(asked: Sequence[Sequence[Asked]], weights: Weights, mode: str) -> float:
    """The mean score of ranks 2 to 10 of a question that belongs to another corpus."""
    behind = [
        np.sort(score(one, weights, mode))[::-1][1:10].mean()
        for own in asked
        for some in own
        if some.kind == "others"
        for one in some.gathered
    ]
    return round(float(np.mean(behind)), 3)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else DEFAULT_ENCODER)
