"""Readers: a path in, an iterator of Documents out, one file format per file.

A reader yields `Document`s and raises `UnreadableDocument` for what it cannot read.
"""

from embeddings.documents.folder import SourceFile, list_sources
from embeddings.documents.formats import ENDINGS, ReadOptions
from embeddings.documents.ignoring import Selection
from embeddings.documents.ocr import require_ocr
from embeddings.documents.reading import DocumentReader, read_documents

__all__ = [
    "ENDINGS",
    "DocumentReader",
    "ReadOptions",
    "Selection",
    "SourceFile",
    "list_sources",
    "read_documents",
    "require_ocr",
]
