"""Find the lexical weight and fit confidence, for `embeddings/encoders/profiles.json`.

`python -m service.evaluation.fit COLLECTION INDEX QUERIES QRELS` asks every judged query of the
index of the collection, in each mode, and prints nDCG@10 by lexical weight and the curves. Two
examples come of each query: its best hit, right or not, and its best hit among those that are
judged not to answer, as if the answer were not in the collection. The threshold of a mode is the
confidence that every right best hit reaches.
"""

import json
import math
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.confidence import estimate_confidence
from service.evaluation.collections import read_judgements, read_queries, relevant_only
from service.live import Live
from service.query import MODES, Query
from service.search import Hit, Searcher

_DEPTH = 100
_WEIGHTS = (1.0, 1.5, 2.0, 2.5, 3.0)

Relevant = Mapping[str, set[str]]
Answers = dict[str, list[Hit]]
Example = tuple[float, bool]


def ask(searcher: Searcher, mode: str, queries: Mapping[str, str], judged: Relevant) -> Answers:
    """The hits of every judged query."""
    return {
        query: searcher.search(Query(queries[query], k=_DEPTH, mode=mode)).hits for query in judged
    }


def find_examples(answers: Answers, judged: Relevant) -> list[Example]:
    """(score, whether the hit answers), twice for each query."""
    examples = []
    for query, hits in answers.items():
        marked = [(hit.score, _name(hit) in judged[query]) for hit in hits]
        examples += marked[:1]
        examples += [one for one in marked if not one[1]][:1]
    return examples


def fit_curve(examples: list[Example]) -> dict[str, float]:
    """A logistic regression of the label on the score, and the threshold of an answer."""
    from sklearn.linear_model import LogisticRegression

    scores = np.array([[score] for score, _ in examples])
    model = LogisticRegression(C=1e6).fit(scores, [answers for _, answers in examples])
    curve = {
        "slope": round(float(model.coef_[0][0]), 3),
        "intercept": round(float(model.intercept_[0]), 3),
    }
    lowest = np.array([min(score for score, answers in examples if answers)])
    curve["threshold"] = math.floor(1000 * estimate_confidence(lowest, curve)[0]) / 1000
    return curve


def measure_weight(answers: Answers, judged: Relevant, weight: float) -> float:
    """Mean nDCG@10 (Järvelin and Kekäläinen, 2002) of the hits ordered with a lexical weight."""
    return float(np.mean([_ndcg(_order(hits, weight), judged[q]) for q, hits in answers.items()]))


def _order(hits: Iterable[Hit], weight: float) -> list[str]:
    """Documents by their best passage."""

    def score(hit: Hit) -> float:
        own = hit.signals
        return own["passage"] + own["sentence"] + weight * own["lexical"]

    return list(dict.fromkeys(_name(hit) for hit in sorted(hits, key=score, reverse=True)))


def _ndcg(documents: list[str], relevant: set[str]) -> float:
    gains = [1 / math.log2(rank + 2) for rank in range(10)]
    gained = sum(
        gain for gain, name in zip(gains, documents[:10], strict=False) if name in relevant
    )
    return gained / sum(gains[: len(relevant)])


def _name(hit: Hit) -> str:
    return hit.stored.source.partition("#")[2]


def main(collection: Path, index: Path, queries: str, qrels: str) -> None:
    """Print the weights' measures and the confidence part of a profile."""
    searcher = Live(Artifact(index), load_encoder).open()
    texts = read_queries(collection / queries)
    judged = relevant_only(read_judgements(collection / qrels))
    answers = {mode: ask(searcher, mode, texts, judged) for mode in MODES}
    made = {
        "ndcg@10": {
            str(weight): round(measure_weight(answers["hybrid"], judged, weight), 4)
            for weight in _WEIGHTS
        },
        "confidence": {mode: fit_curve(find_examples(answers[mode], judged)) for mode in MODES},
        "fitted_on": f"{len(judged)} judged queries of {collection.name} ({qrels})",
    }
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
