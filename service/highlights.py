"""What made a passage match: a sentence or two of it, and the words they share with the query.

The first is the sentence nearest to the query. A second is marked where it is about as near, or
holds words of the query that the first lacks: each sentence is worth its cosine and the share of
the query's information it adds to the first. MARGIN was measured (see CONTRIBUTING.md).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import fsum

from embeddings.analysis import find_terms, find_tokens
from embeddings.records import Passage, Span, Vectors

MARGIN = 0.08


def find_highlights(
    passage: Passage, cosines: Vectors, information: Mapping[str, float]
) -> list[Span]:
    """The spans of the sentences marked, in their order, inside the passage's text.

    `information` is how much each term of the query tells: the rarer, the more.
    """
    if len(passage.sentences) == 1:
        return list(passage.sentences)
    nearest = int(cosines.argmax())
    worth = [
        cosine + share
        for cosine, share in zip(
            cosines.tolist(), _share_added(passage, nearest, information), strict=True
        )
    ]
    others = [at for at in range(len(worth)) if at != nearest]
    second = max(others, key=lambda at: worth[at], default=nearest)
    near = worth[second] >= float(cosines[nearest]) - MARGIN
    marked = sorted({nearest, second} if near else {nearest})
    return [passage.sentences[at] for at in marked]


def _share_added(
    passage: Passage, nearest: int, information: Mapping[str, float]
) -> Sequence[float]:
    """Of each sentence, the share of the query's information that the nearest one lacks."""
    held = [
        information.keys() & set(find_terms(passage.text[span.start : span.end], passage.language))
        for span in passage.sentences
    ]
    whole = fsum(information.values()) or 1.0
    return [fsum(information[term] for term in own - held[nearest]) / whole for own in held]


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
