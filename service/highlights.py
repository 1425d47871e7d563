"""What made a passage match: the sentence nearest to the query, and the words they share."""

import re
from collections.abc import Collection, Iterator

from embeddings.analysis import find_terms
from embeddings.records import Passage, Span

_WORD = re.compile(r"\w+(?:['’.,]\w+)*")


def find_highlights(passage: Passage, sentence_at: int) -> list[Span]:
    """The span, inside the passage's text, of the sentence nearest to the query."""
    return [passage.sentences[sentence_at]]


def find_words(text: str, terms: Collection[str]) -> Iterator[Span]:
    """The spans of the words of a text that are among the query's terms."""
    for match in _WORD.finditer(text):
        if any(term in terms for term in find_terms(match.group())):
            yield Span(*match.span())
