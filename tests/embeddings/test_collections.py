"""On judged collections nothing that may be an answer is lost, and all is in its place."""

from pathlib import Path

import pytest

from embeddings.documents.jsonl import read_jsonl
from embeddings.encoders.hashing import HashingEncoder
from embeddings.passages import cut_document
from embeddings.records import Document


@pytest.mark.parametrize("name", ["cranfield", "xquad-en"])
def test_plain_paragraphs_are_kept_whole_and_in_their_place(shared_data: Path, name: str) -> None:
    """Formulas broken over lines cost a few characters, never a document."""
    encoder = HashingEncoder()
    data = (shared_data / "datasets" / name / "corpus.jsonl").read_bytes()
    read = list(read_jsonl(data, "corpus.jsonl", ""))
    documents = [item for item in read if isinstance(item, Document)]
    assert {item.message for item in read if not isinstance(item, Document)} <= {"is empty"}
    aside, languages = 0, []
    for document in documents:
        cut = cut_document(document, encoder.count_tokens, encoder.window)
        assert cut.passages, document.source
        for passage in cut.passages:
            assert document.text[passage.start : passage.end] == passage.text
        aside += sum(mark.end - mark.start for mark in cut.marks)
        languages.append(cut.language)
    assert aside < 0.001 * sum(len(document.text) for document in documents)
    assert languages.count("en") > 0.95 * len(languages)
