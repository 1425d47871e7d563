"""Sentence vectors by encoding each sentence, or out of the passage's own tokens: what is lost?

    python -m tests.measurements.pooled DATASETS [COLLECTION …]

DATASETS is a folder of judged collections in BEIR's form. Pooled, a sentence's vector is the mean
of its tokens' outputs where the model reads the whole passage: each text is encoded once, and
not twice. Weights and thresholds stay those of the build. Prints nDCG@10 of the parts for testing.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.corpus import Progress
from embeddings.encoders import load_encoder, load_tokenizer
from embeddings.encoders.loading import _find_folder
from embeddings.records import Vectors
from embeddings.vectors import VectorSource
from service.evaluation.ranking import measure_run, rank_collection
from service.search import Searcher
from tests.measurements.judged import read_part

_NAMES = ("xquad-en", "squad2-dev-half", "scifact", "cranfield")
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


def measure(folder: Path, pooling: Pooling | None) -> float:
    """nDCG@10 over an index that is built for it."""
    encoder, name = load_encoder(), "all-MiniLM-L6-v2"

    def find(
        source: VectorSource, passages: Sequence[str], sentences: Sequence[str], progress: Progress
    ) -> tuple[Vectors, Vectors]:
        whole, parts = _find(source, passages, sentences if pooling is None else (), progress)
        if pooling is not None:
            passages, sentences = list(passages), list(sentences)
            parts = pooling.pool(passages, find_places(passages, sentences))
        return whole, parts

    with TemporaryDirectory() as home, patch.object(VectorSource, "find", find):
        artifact = Artifact(Path(home))
        build_index([folder], artifact, lambda: encoder, load_tokenizer(name), name)
        collection = read_part(folder, tuning=False)
        searcher = Searcher(*artifact.open(), encoder)
        quality = measure_run(rank_collection(searcher, collection), collection)
        searcher.close()
    return quality.means["ndcg@10"]


def main(home: Path, names: Sequence[str]) -> None:
    pooling = Pooling()
    print("| collection | each sentence encoded | pooled from its passage | difference |")
    print("|---|---|---|---|")
    for name in names:
        apart, pooled = measure(home / name, None), measure(home / name, pooling)
        print(f"| {name} | {apart:.4f} | {pooled:.4f} | {pooled - apart:+.4f} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or _NAMES)
