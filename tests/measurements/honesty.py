"""What ranking and confidence are worth, on the parts of judged collections kept for testing.

    python -m tests.measurements.honesty COLLECTIONS [ENCODER]

COLLECTIONS is a folder of judged collections (see `judged`). Prints nDCG@10 of each mode; then, for
an encoder of English, how often questions are answered by mistake:

- off the topic: questions of one collection asked of another one's corpus;
- near the topic: each question asked after every passage of the documents that answer it was taken
  away. Other documents may hold the answer too, and are not judged, so the true figure is lower;

and how well the confidence of the first hit tells answers from others, of a collection's questions
and as many that it does not answer (the same ones robbed of their answer, or half of them these and
half questions off the topic): AUROC, and the expected calibration error beside that of a predictor
that always says one half.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from embeddings.encoders import DEFAULT_ENCODER, Encoder, find_profile, load_encoder
from service.evaluation.calibration import measure_calibration
from service.evaluation.collections import Collection
from service.evaluation.ranking import measure_run, rank_collection
from service.evaluation.remembering import Remembering
from service.query import LONGEST_QUERY, MODES, Query
from service.search import Hit, Searcher
from tests.measurements.judged import Hiding, find_owners, list_tested, open_index, read_part

_OFF_TOPIC = ("scifact", "squad2-dev-half", "cranfield")
_NEAR_TOPIC = ("squad2-dev-half", "xquad-en")
_REFUSED = 0.05


@dataclass(frozen=True, slots=True)
class First:
    """The first hit of a question: its confidence, whether that is an answer, and a right one."""

    confidence: float
    answered: bool
    right: bool = False


@dataclass(frozen=True, slots=True)
class Corpus:
    """A collection with its index, some of which can be hidden."""

    part: Collection
    index: Hiding
    owners: list[frozenset[str]]
    searcher: Searcher

    def ask(self, questions: Iterable[str]) -> list[First]:
        """The first hits of questions that belong elsewhere."""
        return [self._ask(question, set()) for question in questions]

    def ask_own(self, robbed: bool) -> list[First]:
        """The first hits of the collection's own questions."""
        firsts = []
        for query, text in self.part.queries.items():
            judged = self.part.judgements[query]
            wanted = {name for name, relevance in judged.items() if relevance > 0}
            if robbed:
                own = (n for n, names in enumerate(self.owners) if names & wanted)
                self.index.hidden = frozenset(own)
            firsts.append(self._ask(text, wanted))
            self.index.hidden = frozenset()
        return firsts

    def _ask(self, text: str, wanted: set[str]) -> First:
        results = self.searcher.search(Query(text[:LONGEST_QUERY], k=1))
        if not results.hits:
            return First(0.0, False)
        hit: Hit = results.hits[0]
        right = bool(self.owners[hit.stored.number] & wanted)
        return First(hit.confidence, results.answered, right)


def open_corpus(folder: Path, name: str, encoder: Encoder) -> Corpus:
    manifest, index = open_index(folder, name, encoder)
    hiding = Hiding(index)
    part = read_part(folder, tuning=False)
    return Corpus(
        part, hiding, find_owners(index), Searcher(manifest, hiding, Remembering(encoder))
    )


def print_ranking(corpora: dict[str, Corpus], modes: Sequence[str]) -> None:
    """nDCG@10 by mode, and by passage vectors alone."""
    _print_row("nDCG@10", (*modes, "passage alone"))
    for name, corpus in corpora.items():
        weights = dict.fromkeys(corpus.searcher.manifest.ranking["weights"], 0.0)
        alone = corpus.searcher.weigh({**weights, "passage": 1.0})
        runs = [rank_collection(corpus.searcher, corpus.part, mode) for mode in modes]
        runs.append(rank_collection(alone, corpus.part, "dense"))
        means = [measure_run(run, corpus.part).means["ndcg@10"] for run in runs]
        _print_row(name, [f"{mean:.4f}" for mean in means])


def print_off_topic(corpora: dict[str, Corpus]) -> None:
    """The share that is answered, by corpus (rows) and where the questions come from."""
    print("\nanswered, by corpus and where the questions come from")
    _print_row("", _OFF_TOPIC)
    strangers: list[First] = []
    own: list[First] = []
    for name in _OFF_TOPIC:
        answered = []
        for other in _OFF_TOPIC:
            firsts = corpora[name].ask(corpora[other].part.queries.values())
            (own if name == other else strangers).extend(firsts)
            answered.append(f"{_share(firsts):.1%}")
        _print_row(name, answered)
    print(f"off the topic, answered by mistake: {_share(strangers):.1%}")
    print(f"answerable, refused by mistake: {1 - _share(own):.1%}")


def _share(firsts: Sequence[First]) -> float:
    return sum(first.answered for first in firsts) / len(firsts)


def print_near_topic(corpora: dict[str, Corpus]) -> None:
    """By the threshold as it is, and by one that refuses 5% of the answerable."""
    print()
    _print_row("near the topic", ("refused", "answered", f"at {_REFUSED:.0%} refused", "AUROC"))
    for name in _NEAR_TOPIC:
        own, robbed = corpora[name].ask_own(False), corpora[name].ask_own(True)
        confidence = [np.array([one.confidence for one in some]) for some in (own, robbed)]
        least = np.quantile(confidence[0], _REFUSED)
        labels = np.repeat([1, 0], [len(own), len(robbed)])
        values = (
            1 - _share(own),
            _share(robbed),
            float((confidence[1] >= least).mean()),
        )
        auroc = roc_auc_score(labels, np.concatenate(confidence))
        _print_row(name, [*(f"{value:.1%}" for value in values), f"{auroc:.4f}"])


def print_calibration(corpora: dict[str, Corpus]) -> None:
    """Of the first hits' confidence, where half of the questions have no answer."""
    columns = ("AUROC", "ECE", "ECE of a constant")
    print(
        "\nfirst hit, half of the questions unanswerable: all of these near, or half near half off"
    )
    _print_row("", [*columns, *columns])
    for name, corpus in corpora.items():
        own, robbed = corpus.ask_own(False), corpus.ask_own(True)
        other = "squad2-dev-half" if name == "scifact" else "scifact"
        off = corpus.ask(corpora[other].part.queries.values())
        half = 0.5 * len(own)
        mixed = [half / len(robbed)] * len(robbed) + [half / len(off)] * len(off)
        near = _describe([*own, *robbed], [1.0] * 2 * len(own))
        both = _describe([*own, *robbed, *off], [1.0] * len(own) + mixed)
        _print_row(name, [f"{value:.4f}" for value in (*near, *both)])


def _describe(firsts: Sequence[First], weights: Sequence[float]) -> tuple[float, float, float]:
    chances = [one.confidence for one in firsts]
    right = [one.right for one in firsts]
    return (
        roc_auc_score(right, chances, sample_weight=weights),
        measure_calibration(chances, right, weights),
        measure_calibration([0.5] * len(right), right, weights),
    )


def _print_row(label: str, values: Iterable[str]) -> None:
    print(f"{label:<24}" + "".join(f"{value:>18}" for value in values), flush=True)


def main(home: Path, encoder_name: str) -> None:
    """Print every table."""
    encoder = load_encoder(encoder_name)
    names = list_tested(find_profile(encoder_name))
    corpora = {name: open_corpus(home / name, encoder_name, encoder) for name in names}
    english = {*_OFF_TOPIC, *_NEAR_TOPIC} <= corpora.keys()
    print_ranking(corpora, MODES if english else MODES[:1])
    if not english:
        return
    print_off_topic(corpora)
    print_near_topic(corpora)
    print_calibration(corpora)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else DEFAULT_ENCODER)
