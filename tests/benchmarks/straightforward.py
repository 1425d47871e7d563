"""A search service as written in an afternoon: FastAPI, SentenceTransformer, FAISS, BM25.

The same score as Winnow's in kind: the passage's cosine, that of its best sentence, and the share
of the query's information that BM25 finds. `texts.jsonl`, `passages.npy` and `sentences.npy` in the
folder that CORPUS names hold passages with their sentences, and the vectors of both.

    CORPUS=folder MODEL=folder uvicorn --factory tests.benchmarks.straightforward:make_app
"""

import json
import math
import os
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from fastapi import FastAPI
from sentence_transformers import SentenceTransformer

DEPTH = 200
K1, B = 0.9, 0.4
WEIGHT = 1.5


class Search:
    """Everything in memory; a query is encoded, looked up three ways, and fused in plain Python."""

    def __init__(
        self, rows: list[dict[str, Any]], passages: Any, sentences: Any, model: SentenceTransformer
    ) -> None:
        self.model = model
        self.texts = [row["text"] for row in rows]
        self.owners = [i for i, row in enumerate(rows) for _ in row["sentences"]]
        self.rows_of: dict[int, list[int]] = defaultdict(list)
        for row, owner in enumerate(self.owners):
            self.rows_of[owner].append(row)
        self.passage_vectors, self.sentence_vectors = passages, sentences
        self.passages = faiss.IndexFlatIP(passages.shape[1])
        self.passages.add(passages)
        self.sentences = faiss.IndexFlatIP(sentences.shape[1])
        self.sentences.add(sentences)
        self._count_words()

    def _count_words(self) -> None:
        counts = [Counter(split(text)) for text in self.texts]
        lengths = [sum(count.values()) for count in counts]
        mean = sum(lengths) / len(lengths)
        holding = Counter(word for count in counts for word in count)
        self.idf = {word: self._inform(n) for word, n in holding.items()}
        self.postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, (count, length) in enumerate(zip(counts, lengths, strict=True)):
            for word, n in count.items():
                weight = n / (n + K1 * (1 - B + B * length / mean))
                self.postings[word].append((number, self.idf[word] * weight))

    def _inform(self, frequency: int) -> float:
        return math.log(1 + (len(self.texts) - frequency + 0.5) / (frequency + 0.5))

    def search(self, question: str, k: int = 10) -> list[dict[str, Any]]:
        """The best passages with their scores."""
        return self.find(question, self.model.encode(question, normalize_embeddings=True), k)

    def find(self, question: str, vector: Any, k: int = 10) -> list[dict[str, Any]]:
        """The same for a question that is encoded."""
        candidates = set(self.passages.search(vector[None], min(DEPTH, len(self.texts)))[1][0])
        found = self.sentences.search(vector[None], min(4 * DEPTH, len(self.owners)))[1][0]
        candidates |= {self.owners[row] for row in found}
        words = set(split(question))
        shares: dict[int, float] = defaultdict(float)
        for word in words:
            for number, weight in self.postings.get(word, ()):
                shares[number] += weight
        candidates |= set(sorted(shares, key=lambda number: -shares[number])[:DEPTH])
        ideal = sum(self.idf.get(word, self._inform(0)) for word in words) or 1.0
        scores = {
            number: float(self.passage_vectors[number] @ vector)
            + max(
                (float(self.sentence_vectors[row] @ vector) for row in self.rows_of[number]),
                default=0.0,
            )
            + WEIGHT * shares.get(number, 0.0) / ideal
            for number in map(int, candidates)
        }
        best = sorted(scores, key=lambda number: -scores[number])[:k]
        return [{"id": n, "score": scores[n], "text": self.texts[n]} for n in best]


def split(text: str) -> list[str]:
    """Words in lower case."""
    return re.findall(r"\w+", text.lower())


def open_search(folder: Path, model: str) -> Search:
    """A search over what is in the folder."""
    rows = [json.loads(line) for line in (folder / "texts.jsonl").open(encoding="utf-8")]
    passages, sentences = (np.load(folder / f"{name}.npy") for name in ("passages", "sentences"))
    return Search(rows, passages, sentences, SentenceTransformer(model, device="cpu"))


def make_app() -> FastAPI:
    """Answers in threads of FastAPI's pool."""
    app, own = FastAPI(), open_search(Path(os.environ["CORPUS"]), os.environ["MODEL"])

    @app.get("/search")
    def search(q: str, k: int = 10) -> list[dict[str, Any]]:
        return own.search(q, k)

    return app
