"""Sentence vectors by encoding each sentence, or out of the passage's own tokens: what is lost?

    python -m tests.measurements.pooled FOLDER...

Each folder is a judged collection in BEIR's form, or documents with a `questions.jsonl`. Pooled, a
sentence's vector is the mean of its tokens' outputs where the model reads the whole passage: each
text is encoded once, and not twice. Weights and thresholds stay those of the build. Prints of a
collection's part for testing nDCG@10, how well the confidence of the first hit tells its questions
from the same ones robbed of their answer (AUROC), and how many of these are answered where 5% of
the others are refused; of questions the right first hits, the right answers marked, the refusals.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.metrics import roc_auc_score

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.encoders import DEFAULT_ENCODER, load_encoder, load_tokenizer
from embeddings.encoders.onnx_encoder import OnnxEncoder
from service.evaluation.evaluate import ask_all, measure
from service.evaluation.questions import read_questions
from service.evaluation.ranking import measure_run, rank_collection
from service.evaluation.remembering import Remembering
from service.search import Searcher
from tests.measurements.highlights import measure_marks
from tests.measurements.honesty import Corpus
from tests.measurements.judged import Hiding, find_owners, read_part

QUESTIONS = "questions.jsonl"
_REFUSED = 0.05


def load(pooled: bool) -> OnnxEncoder:
    """The encoder, told how to make the vectors of sentences."""
    encoder = load_encoder()
    assert isinstance(encoder, OnnxEncoder)
    encoder.identity = replace(encoder.identity, pooled=pooled)
    return encoder


@contextmanager
def build_aside(folder: Path, encoder: OnnxEncoder) -> Iterator[Artifact]:
    """An index of a folder, its sentences' vectors as the encoder makes them."""
    with TemporaryDirectory() as home:
        artifact = Artifact(Path(home))
        tokenizer = load_tokenizer(DEFAULT_ENCODER)
        build_index([folder], artifact, lambda: encoder, tokenizer, DEFAULT_ENCODER)
        yield artifact


def measure_collection(folder: Path, artifact: Artifact, encoder: OnnxEncoder) -> dict[str, float]:
    """Of the part that is for testing."""
    manifest, index = artifact.open()
    hiding, part = Hiding(index), read_part(folder, tuning=False)
    searcher = Searcher(manifest, hiding, Remembering(encoder))
    corpus = Corpus(part, hiding, find_owners(index), searcher)
    ranked = measure_run(rank_collection(searcher, part), part)
    own, robbed = (
        np.array([first.confidence for first in corpus.ask_own(some)]) for some in (False, True)
    )
    searcher.close()
    labels = np.repeat([1, 0], [len(own), len(robbed)])
    return {
        "ndcg@10": ranked.means["ndcg@10"],
        "AUROC": float(roc_auc_score(labels, np.concatenate([own, robbed]))),
        "answered": float((robbed >= np.quantile(own, _REFUSED)).mean()),
    }


def measure_questions(folder: Path, artifact: Artifact, encoder: OnnxEncoder) -> dict[str, float]:
    """Of questions with the words that answer them."""
    searcher = Searcher(*artifact.open(), encoder)
    asked = ask_all(searcher, read_questions(folder / QUESTIONS))
    searcher.close()
    right, marked, *_ = measure_marks(asked)
    wanted = ("first_right", "in_first_three", "refused_rightly", "near_refused")
    measured = measure(asked)
    return {**{name: measured[name] for name in wanted}, "right hits": right, "marked": marked}


def main(folders: Sequence[Path]) -> None:
    print("| | | each sentence encoded | pooled from its passage | difference |")
    print("|---|---|---|---|---|")
    for folder in folders:
        ask = measure_questions if (folder / QUESTIONS).is_file() else measure_collection
        found = []
        for encoder in (load(pooled=False), load(pooled=True)):
            with build_aside(folder, encoder) as artifact:
                found.append(ask(folder, artifact, encoder))
        for name, apart in found[0].items():
            pooled = found[1][name]
            told = f"{apart:.4f} | {pooled:.4f} | {pooled - apart:+.4f}"
            print(f"| {folder.name} | {name} | {told} |", flush=True)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
