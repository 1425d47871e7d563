"""Clients of a Chroma server: each encodes its query by sentence-transformers, then asks.

Run by `peers.py` in Chroma's own environment: `chroma_client.py fill FOLDER PORT` puts texts and
vectors in; `chroma_client.py ask MODEL PORT` reads what to ask from standard input, as
`service/bench/client.py` does, and prints the same.
"""

import json
import sys
import threading
import time
from pathlib import Path

import chromadb
import numpy as np

NAME = "passages"
BATCH = 2_000


def fill(folder: Path, port: int) -> None:
    collection = chromadb.HttpClient(port=port).create_collection(
        NAME, metadata={"hnsw:space": "cosine"}, embedding_function=None
    )
    texts = [json.loads(line)["text"] for line in (folder / "texts.jsonl").open(encoding="utf-8")]
    vectors = np.load(folder / "passages.npy")
    for first in range(0, len(texts), BATCH):
        own = range(first, min(first + BATCH, len(texts)))
        collection.add(
            ids=[str(i) for i in own],
            embeddings=vectors[first : first + BATCH],
            documents=[texts[i] for i in own],
        )


def ask(model: str, port: int, queries: list[str], clients: int, seconds: float) -> dict:
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(model, device="cpu")
    collection = chromadb.HttpClient(port=port).get_collection(NAME, embedding_function=None)
    encoder.encode("the first takes longer", normalize_embeddings=True)
    left, lock, took = iter(queries), threading.Lock(), []
    started = time.perf_counter()

    def run() -> None:
        while (begun := time.perf_counter()) < started + seconds:
            with lock:
                query = next(left, None)
            if query is None:
                return
            vector = encoder.encode(query, normalize_embeddings=True, show_progress_bar=False)
            collection.query(query_embeddings=[vector], n_results=10)
            took.append(1000 * (time.perf_counter() - begun))

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"seconds": time.perf_counter() - started, "milliseconds": took, "refused": 0}


if __name__ == "__main__":
    what, place, port = sys.argv[1:]
    if what == "fill":
        fill(Path(place), int(port))
    else:
        print(json.dumps(ask(place, int(port), **json.load(sys.stdin))))
