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
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
from sklearn.metrics import roc_auc_score

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.corpus import Progress
from embeddings.encoders import DEFAULT_ENCODER, load_encoder, load_tokenizer
from embeddings.encoders.loading import _find_folder
from embeddings.records import Vectors
from embeddings.vectors import VectorSource
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
_BATCH = 16
_find = VectorSource.find


class Pooling:
    """The outputs of all tokens of a text, by torch."""

    def __init__(self) -> None:
        from sentence_transformers import SentenceTransformer

        folder = _find_folder("all-MiniLM-L6-v2", with_weights=True)
        self._model = SentenceTransformer(str(folder.path), device="cpu")

    def pool(self, texts: Sequence[str], parts: Sequence[Sequence[tuple[int, int]]]) -> Vectors:
        """The vector of each part of each text, one after the other."""
        pooled = []
        for start in range(0, len(texts), _BATCH):
            some = list(texts[start : start + _BATCH])
            outputs = self._model.encode(some, output_value="token_embeddings", batch_size=_BATCH)
            read = self._model.tokenizer(
                some, truncation=True, max_length=256, return_offsets_mapping=True
            )
            rows = zip(outputs, read["offset_mapping"], parts[start : start + _BATCH], strict=True)
            for tokens, offsets, own in rows:
                pooled += list(_pool(np.asarray(tokens), np.array(offsets), own))
        return np.array(pooled, dtype=np.float32)


def _pool(
    tokens: Vectors, offsets: np.ndarray, parts: Sequence[tuple[int, int]]
) -> Iterator[Vectors]:
    """Of a part beyond the model's window, the whole text."""
    tokens = tokens[: len(offsets)]
    for start, end in parts:
        inside = (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])
        vector = tokens[inside].mean(axis=0) if inside.any() else tokens.mean(axis=0)
        yield vector / np.linalg.norm(vector)


def find_places(passages: Sequence[str], sentences: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Where the sentences, all of them in their order, lie in the passages."""
    places: list[list[tuple[int, int]]] = [[] for _ in passages]
    number = end = 0
    for sentence in sentences:
        while (at := passages[number].find(sentence, end)) < 0:
            number, end = number + 1, 0
        end = at + len(sentence)
        places[number].append((at, end))
    return places


@contextmanager
def build_aside(folder: Path, pooling: Pooling | None) -> Iterator[Artifact]:
    """An index of a folder, its sentences' vectors as said."""

    def find(
        source: VectorSource, passages: Sequence[str], sentences: Sequence[str], progress: Progress
    ) -> tuple[Vectors, Vectors]:
        whole, parts = _find(source, passages, sentences if pooling is None else (), progress)
        if pooling is not None:
            passages, sentences = list(passages), list(sentences)
            parts = pooling.pool(passages, find_places(passages, sentences))
        return whole, parts

    encoder, name = load_encoder(), DEFAULT_ENCODER
    with TemporaryDirectory() as home, patch.object(VectorSource, "find", find):
        artifact = Artifact(Path(home))
        build_index([folder], artifact, lambda: encoder, load_tokenizer(name), name)
        yield artifact


def measure_collection(folder: Path, artifact: Artifact) -> dict[str, float]:
    """Of the part that is for testing."""
    manifest, index = artifact.open()
    hiding, part = Hiding(index), read_part(folder, tuning=False)
    searcher = Searcher(manifest, hiding, Remembering(load_encoder()))
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


def measure_questions(folder: Path, artifact: Artifact) -> dict[str, float]:
    """Of questions with the words that answer them."""
    searcher = Searcher(*artifact.open(), load_encoder())
    asked = ask_all(searcher, read_questions(folder / QUESTIONS))
    searcher.close()
    right, marked, *_ = measure_marks(asked)
    wanted = ("first_right", "in_first_three", "refused_rightly", "near_refused")
    measured = measure(asked)
    return {**{name: measured[name] for name in wanted}, "right hits": right, "marked": marked}


def main(folders: Sequence[Path]) -> None:
    pooling = Pooling()
    print("| | | each sentence encoded | pooled from its passage | difference |")
    print("|---|---|---|---|---|")
    for folder in folders:
        ask = measure_questions if (folder / QUESTIONS).is_file() else measure_collection
        found = []
        for way in (None, pooling):
            with build_aside(folder, way) as artifact:
                found.append(ask(folder, artifact))
        for name, apart in found[0].items():
            pooled = found[1][name]
            told = f"{apart:.4f} | {pooled:.4f} | {pooled - apart:+.4f}"
            print(f"| {folder.name} | {name} | {told} |", flush=True)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
