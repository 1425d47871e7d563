"""Haystack: `with_haystack.py FOLDER MODEL`, as its tutorial on files of several types shows.

Cleaned, split into 150 words with 50 of overlap, encoded, kept in memory.
"""

import sys
from itertools import pairwise

from answering import HITS, Search, answer, list_texts
from haystack import Pipeline
from haystack.components.converters import TextFileToDocument
from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

folder, model = sys.argv[1:]


def open_index() -> tuple[int, Search]:
    store = InMemoryDocumentStore()
    indexing = Pipeline()
    indexing.add_component("converter", TextFileToDocument())
    indexing.add_component("cleaner", DocumentCleaner())
    indexing.add_component(
        "splitter", DocumentSplitter(split_by="word", split_length=150, split_overlap=50)
    )
    indexing.add_component("embedder", SentenceTransformersDocumentEmbedder(model=model))
    indexing.add_component("writer", DocumentWriter(store))
    for source, target in pairwise(_STEPS):
        indexing.connect(source, target)
    indexing.run({"converter": {"sources": list_texts(folder)}})

    asking = Pipeline()
    text_embedder = SentenceTransformersTextEmbedder(model=model, progress_bar=False)
    asking.add_component("embedder", text_embedder)
    asking.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=HITS))
    asking.connect("embedder.embedding", "retriever.query_embedding")

    def search(question: str) -> list[tuple[str, float]]:
        found = asking.run({"embedder": {"text": question}})["retriever"]["documents"]
        return [(document.content, document.score) for document in found]

    return store.count_documents(), search


_STEPS = ("converter", "cleaner", "splitter", "embedder", "writer")
answer(open_index)
