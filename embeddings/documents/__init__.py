"""Readers: a path in, an iterator of Documents out, one file format per file.

A reader yields `Document`s and raises `UnreadableDocument` for what it cannot read.
"""

from embeddings.documents.folder import (
    ENDINGS,
    SourceFile,
    list_sources,
    read_documents,
    read_source,
)

__all__ = ["ENDINGS", "SourceFile", "list_sources", "read_documents", "read_source"]
