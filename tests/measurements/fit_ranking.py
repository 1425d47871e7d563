"""Find the weights of the ranking and the coefficients of confidence, for `profiles.json`.

    python -m tests.measurements.fit_ranking COLLECTIONS [ENCODER]

COLLECTIONS is a folder of judged collections (see `judged`), of which only the parts for tuning are
looked at. Prints nDCG@10 by collection for weights around the best, with each signal and share left
out, then for each mode the coefficients of confidence and how they fare on the collection that they
were not fitted on, and last the `ranking` of the encoder as profiles.json holds it.

Confidence is fitted on three kinds of examples of equal weight in all: the best hit of a question,
right or not; twice as seldom each, the best hit after the passages that answer were taken away, and
the best hit of a question that belongs to another collection.
"""

import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from embeddings.encoders import DEFAULT_ENCODER, find_profile, load_encoder
from embeddings.index import Index
from embeddings.records import Numbers, Signals, Vectors
from service.candidates import CANDIDATE_DEPTH
from service.confidence import find_background
from service.evaluation.calibration import measure_calibration
from service.evaluation.collections import Collection
from service.fusion import fuse
from service.query import MODES
from service.wording import Shares, blend, find_shares
from service.words import Vocabulary
from tests.measurements.judged import (
    TUNED_ON,
    TUNED_ON_MULTILINGUAL,
    find_owners,
    open_index,
    read_part,
)

_GAINS = 1 / np.log2(np.arange(2, 12))
_STRANGERS = 400
_REFUSED = 0.04

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What is known of the candidates of a query of so many terms, and what is judged for it."""

    signals: Signals
    shares: Shares
    owners: list[frozenset[str]]
    judged: Mapping[str, int]
    terms: int

    @property
    def right(self) -> Numbers:
        """Whether each candidate answers."""
        wanted = {name for name, relevance in self.judged.items() if relevance > 0}
        return np.array([bool(own & wanted) for own in self.owners], dtype=bool)


def gather(index: Index, vectors: Vectors, collection: Collection) -> Iterator[Candidates]:
    """The candidates of every query, with the exact value of all signals."""
    owners = find_owners(index)
    vocabulary = Vocabulary(index)
    for vector, (query, text) in zip(vectors, collection.queries.items(), strict=True):
        words = vocabulary.read(text)
        found = [
            *index.dense(vector, CANDIDATE_DEPTH),
            index.lexical(words.weights, CANDIDATE_DEPTH),
        ]
        numbers = np.unique(np.concatenate([one.numbers for one in found]))
        signals = index.signals(numbers, vector, words.weights)
        occurrences = index.occurrences(numbers, list(words.weights))
        shares = find_shares(words, signals.lexical, occurrences)
        judged = collection.judgements.get(query, {})
        yield Candidates(signals, shares, [owners[n] for n in numbers], judged, words.count)


def measure_ndcg(gathered: Sequence[Candidates], weights: Weights, mode: str = "hybrid") -> float:
    """Mean nDCG@10 (Järvelin and Kekäläinen, 2002), a document at its best passage."""
    return float(np.mean([_measure_query(one, weights, mode) for one in gathered]))


def _measure_query(one: Candidates, weights: Weights, mode: str) -> float:
    order = np.argsort(-score(one, weights, mode), kind="stable")
    documents = itertools.islice(
        dict.fromkeys(name for at in order[:100] for name in sorted(one.owners[at])), 10
    )
    gains = np.array([max(0, one.judged.get(name, 0)) for name in documents])
    ideal = np.sort([max(0, relevance) for relevance in one.judged.values()])[::-1][:10]
    return float(gains @ _GAINS[: len(gains)] / (ideal @ _GAINS[: len(ideal)]))


def score(one: Candidates, weights: Weights, mode: str) -> Vectors:
    """The score of each candidate; `weights` are flat: the sum's, and the shares' as `share_*`."""
    shares = {name[6:]: weight for name, weight in weights.items() if name.startswith("share_")}
    share = blend(one.shares, shares, one.terms)
    return np.round(fuse(one.signals, share, weights, mode, one.terms), 6)


def try_weights(tuned: Mapping[str, Sequence[Candidates]], weights: Weights) -> None:
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
    """Best hits: score, background, whether it answers, and how much the example weighs."""

    features: Vectors
    answers: Numbers
    weights: Vectors

    @classmethod
    def join(cls, parts: Sequence["Examples"]) -> "Examples":
        return cls(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.answers for part in parts]),
            np.concatenate([part.weights for part in parts]),
        )


def find_examples(
    own: Sequence[Candidates],
    strangers: Sequence[Sequence[Candidates]],
    weights: Weights,
    mode: str,
    stranger: float,
) -> Examples:
    """The best hits of a collection's questions, of the same robbed of their answers, of others'.

    Each of the three kinds weighs as much whatever it counts: a half, a quarter and a quarter.
    """
    rows: list[tuple[float, float, bool, float]] = []
    others = [one for some in strangers for one in some]
    for one in own:
        scores, right = score(one, weights, mode), one.right
        best = int(np.argmax(scores))
        rows.append((*_describe(scores, stranger), bool(right[best]), 0.5 / len(own)))
        if not right.all():
            rows.append((*_describe(scores[~right], stranger), False, 0.25 / len(own)))
    for one in others:
        described = _describe(score(one, weights, mode), stranger)
        rows.append((*described, False, 0.25 / len(others)))
    table = np.array(rows)
    return Examples(table[:, :2], table[:, 2].astype(np.int64), table[:, 3])


def _describe(scores: Vectors, stranger: float) -> tuple[float, float]:
    ordered = np.sort(scores)[::-1]
    return float(ordered[0]), find_background(ordered, {"stranger": stranger})


def fit_confidence(examples: Examples) -> dict[str, float]:
    """A logistic regression of the answers on score and background."""
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit(examples.features, examples.answers, sample_weight=examples.weights * 1e4)
    (slope, background), intercept = model.coef_[0], model.intercept_[0]
    return {
        "score": round(float(slope), 3),
        "background": round(float(background), 3),
        "intercept": round(float(intercept), 3),
    }


def estimate(examples: Examples, model: Mapping[str, float]) -> Vectors:
    odds = examples.features @ [model["score"], model["background"]] + model["intercept"]
    return 1 / (1 + np.exp(-odds))


def report(parts: Mapping[str, Examples]) -> dict[str, float]:
    """Fit on all collections, print how each fares when it is left out, and find the threshold."""
    for name, examples in parts.items():
        others = [part for other, part in parts.items() if other != name]
        chances = estimate(examples, fit_confidence(Examples.join(others)))
        auroc = roc_auc_score(examples.answers, chances, sample_weight=examples.weights)
        error = measure_calibration(chances, examples.answers, examples.weights)
        print(f"  {name:<20} left out: AUROC {auroc:.4f}, calibration error {error:.4f}")
    everything = Examples.join(list(parts.values()))
    model = fit_confidence(everything)
    chances = estimate(everything, model)
    right = np.sort(chances[everything.answers == 1])
    return {**model, "threshold": round(float(right[int(_REFUSED * len(right))]), 3)}


def open_all(home: Path, names: Sequence[str], encoder_name: str) -> dict[str, "Tuned"]:
    """Every collection's own candidates, and those of questions that belong to other corpora."""
    encoder = load_encoder(encoder_name)
    parts = {name: read_part(home / name, tuning=True) for name in names}
    vectors = {
        name: encoder.encode_queries(list(part.queries.values())) for name, part in parts.items()
    }
    tuned = {}
    for name, part in parts.items():
        _, index = open_index(home / name, encoder_name, encoder)
        strangers = [
            list(gather(index, vectors[other][:_STRANGERS], _take_away(parts[other])))
            for other in parts
            if other.startswith("scifact") != name.startswith("scifact")
        ]
        tuned[name] = Tuned(list(gather(index, vectors[name], part)), strangers)
        index.close()
    return tuned


def _take_away(part: Collection) -> Collection:
    """The first queries of a collection, without what answers them."""
    queries = dict(itertools.islice(part.queries.items(), _STRANGERS))
    return replace(part, queries=queries, judgements={})


@dataclass(frozen=True, slots=True)
class Tuned:
    """A collection's candidates, and those of other collections' questions in its corpus."""

    own: list[Candidates]
    strangers: list[list[Candidates]]


def main(home: Path, encoder_name: str) -> None:
    """Print everything."""
    profile = find_profile(encoder_name)
    ranking = dict(profile.ranking)
    names = TUNED_ON if profile.languages else TUNED_ON_MULTILINGUAL
    tuned = open_all(home, names, encoder_name)
    shares = {f"share_{name}": weight for name, weight in ranking["shares"].items()}
    flat = {**ranking["weights"], **shares}
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
