"""Fit the curves of confidence on a judged collection, for `embeddings/encoders/profiles.json`.

`python -m service.evaluation.fit COLLECTION INDEX QUERIES QRELS` asks every judged query of the
index of the collection, in each mode. Two examples come of each: its best hit, right or not, and
its best hit among those that are judged not to answer, as if the answer were not in the collection.
The
threshold of a mode is the confidence that every right best hit reaches.
"""

import json
import math
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.confidence import estimate_confidence
from service.live import Live
from service.search import MODES, Query, Searcher

_DEPTH = 30

Judgements = Mapping[str, set[str]]
Example = tuple[float, bool]


def read_queries(path: Path) -> dict[str, str]:
    """Text by id, from `queries.jsonl` in BEIR's form."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {row["_id"]: row["text"] for row in rows}


def read_judgements(path: Path) -> Judgements:
    """The documents that answer each query, from a `qrels.tsv` with a heading line."""
    judged: dict[str, set[str]] = defaultdict(set)
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        query, document, relevance = line.split("\t")
        if int(relevance) > 0:
            judged[query].add(document)
    return judged


def find_examples(
    searcher: Searcher, mode: str, queries: Mapping[str, str], judged: Judgements
) -> list[Example]:
    """(score, whether the hit answers) twice for each judged query."""
    examples = []
    for query, answers in judged.items():
        hits = searcher.search(Query(queries[query], k=_DEPTH, mode=mode)).hits
        marked = [(hit.score, hit.stored.source.partition("#")[2] in answers) for hit in hits]
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


def main(collection: Path, index: Path, queries: str, qrels: str) -> None:
    """Print the confidence part of a profile."""
    searcher = Live(Artifact(index), load_encoder).open()
    texts, judged = read_queries(collection / queries), read_judgements(collection / qrels)
    curves = {mode: fit_curve(find_examples(searcher, mode, texts, judged)) for mode in MODES}
    fitted_on = f"{len(judged)} judged queries of {collection.name} ({qrels})"
    made = {"confidence": curves, "fitted_on": fitted_on}
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
