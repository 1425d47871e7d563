"""Plain text: one document a file; `document.text` is the decoded file itself, newlines kept."""

from collections.abc import Iterator

from embeddings.documents.decoding import decode
from embeddings.errors import UnreadableDocument
from embeddings.records import Document


def read_text(data: bytes, source: str, sha256: str) -> Iterator[Document | UnreadableDocument]:
    """Yield the file's one document."""
    decoded = decode(data, source)
    if not decoded.text.strip():
        raise UnreadableDocument(source, "is empty", "take it out of the folder, or fill it")
    yield Document(
        source=source,
        text=decoded.text,
        sha256=sha256,
        encoding=decoded.encoding,
        notices=decoded.notices,
    )
