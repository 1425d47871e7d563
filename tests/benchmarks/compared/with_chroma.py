"""Chroma: `with_chroma.py FOLDER MODEL`, split as its guide on splitting texts shows.

Its documents name LangChain's splitter, with 500 characters and 50 of overlap. Chroma's own copy
of all-MiniLM-L6-v2 is fetched from a server when first used; this is the same model from a folder.
"""

import sys
from pathlib import Path

import chromadb
from answering import HITS, Search, answer, list_texts
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction
from langchain_text_splitters import RecursiveCharacterTextSplitter

folder, model = sys.argv[1:]


def open_index() -> tuple[int, Search]:
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=500, chunk_overlap=50, separators=["\n\n", "\n", ". ", " "]
    )
    texts = [Path(path).read_text(encoding="utf-8") for path in list_texts(folder)]
    pieces = [piece for text in texts for piece in splitter.split_text(text)]
    collection = chromadb.Client().create_collection(
        "pieces", embedding_function=SentenceTransformerEmbeddingFunction(model_name=model)
    )
    collection.add(ids=[str(number) for number in range(len(pieces))], documents=pieces)

    def search(question: str) -> list[tuple[str, float]]:
        found = collection.query(query_texts=[question], n_results=HITS)
        # A distance: the smaller the nearer.
        return [
            (text, -distance)
            for text, distance in zip(found["documents"][0], found["distances"][0], strict=True)
        ]

    return len(pieces), search


answer(open_index)
