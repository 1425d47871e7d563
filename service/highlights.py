"""What made a passage match: the sentence nearest to the query, and the words they share."""

from collections.abc import Collection, Iterator

from embeddings.analysis import find_tokens
from embeddings.records import Passage, Span


def find_highlights(passage: Passage, sentence_at: int) -> list[Span]:
    """The span, inside the passage's text, of the sentence nearest to the query."""
    return [passage.sentences[sentence_at]]


def find_words(text: str, terms: Collection[str], language: str | None = None) -> Iterator[Span]:
    """The spans of the words that are among the query's terms; those that overlap as one."""
    found: Span | None = None
    for start, end, term in find_tokens(text, language):
        if term not in terms:
            continue
        if found and start < found.end:
            start = found.start
        elif found:
            yield found
        found = Span(start, end)
    if found:
        yield found
