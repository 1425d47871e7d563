"""txtai: `with_txtai.py FOLDER MODEL paragraphs|sections`.

`paragraphs` splits as its notebook 10 on documents does, `sections` as its RAG quick start does.
"""

import sys

from answering import HITS, Search, answer, list_texts
from txtai import Embeddings
from txtai.pipeline import Textractor

folder, model, split = sys.argv[1:]


def open_index() -> tuple[int, Search]:
    textractor = Textractor(**{split: True})
    pieces = [(path, piece) for path in list_texts(folder) for piece in textractor(path)]
    embeddings = Embeddings(content=True, path=model)
    embeddings.index(pieces)

    def search(question: str) -> list[tuple[str, float]]:
        return [(hit["text"], hit["score"]) for hit in embeddings.search(question, HITS)]

    return len(pieces), search


answer(open_index)
