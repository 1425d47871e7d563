"""What made a passage match: a sentence or two of it, and the words they share with the query.

The first is the sentence nearest to the query. A second is marked where it is about as near, or
holds words of the query that the first lacks: each sentence is worth its cosine and the share of
the query's information it adds to the first. MARGINS were measured (see CONTRIBUTING.md).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import fsum

from embeddings.analysis import find_tokens
from embeddings.records import Occurrences, Passage, Span, Vectors

MARGINS = {False: 0.08, True: 0.02}
"""By whether the vectors of sentences are pooled from their passages: then they are nearer."""


Held = Mapping[int, Collection[int]]
"""Sentences that hold terms of the query, by their places, and the places of these terms."""


def list_held(found: Occurrences, count: int) -> list[Held]:
    """What the sentences of `count` passages hold."""
    held: list[defaultdict[int, set[int]]] = [defaultdict(set) for _ in range(count)]
    columns = (found.passage, found.sentence, found.term)
    for passage, sentence, term in zip(*(column.tolist() for column in columns), strict=True):
        held[passage][sentence].add(term)
    return list(held)


def find_highlights(
    passage: Passage,
    cosines: Vectors,
    held: Held,
    information: Sequence[float],
    margin: float,
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
            cosines.tolist(), _share_added(len(cosines), nearest, held, information), strict=True
        )
    ]
    others = [at for at in range(len(worth)) if at != nearest]
    second = max(others, key=lambda at: worth[at], default=nearest)
    near = worth[second] >= float(cosines[nearest]) - margin
    marked = sorted({nearest, second} if near else {nearest})
    return [passage.sentences[at] for at in marked]


def _share_added(
    count: int, nearest: int, held: Held, information: Sequence[float]
) -> Sequence[float]:
    """Of each sentence, the share of the query's information that the nearest one lacks."""
    whole = fsum(information) or 1.0
    own = set(held.get(nearest, ()))
    added = {
        at: fsum(information[term] for term in terms if term not in own) / whole
        for at, terms in held.items()
    }
    return [added.get(at, 0.0) for at in range(count)]


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
