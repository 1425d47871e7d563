"""The vectors of sentences out of the tokens of their passage: each text is read once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from embeddings.records import Numbers, Span, Vectors


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a model gives of a text: its vector, and the output of each token [n, dimension].

    `places` [n, 2] are where the tokens begin and end in the text; a mark is as long as nothing.
    """

    vector: Vectors
    tokens: Vectors
    places: Numbers


def pool_sentences(
    texts: Sequence[str],
    sentences: Sequence[Sequence[Span]],
    outputs: Iterable[tuple[int, Outputs]],
    encode: Callable[[Sequence[str]], Vectors],
    dimension: int,
) -> tuple[Vectors, Vectors]:
    """Vectors of the texts and of their sentences; `outputs` come by the number of the text."""
    starts = list(accumulate(map(len, sentences), initial=0))
    whole = np.empty((len(texts), dimension), dtype=np.float32)
    parts = np.empty((starts[-1], dimension), dtype=np.float32)
    beyond: dict[int, str] = {}
    for number, found in outputs:
        whole[number] = found.vector
        for row, span in enumerate(sentences[number], starts[number]):
            vector = _pool(found, span, len(texts[number]))
            if vector is None:
                beyond[row] = texts[number][span.start : span.end]
            else:
                parts[row] = vector
    if beyond:
        parts[list(beyond)] = encode(list(beyond.values()))
    return whole, parts


def _pool(found: Outputs, span: Span, size: int) -> Vectors | None:
    """None where no token lies inside: the model's window ends before."""
    if (span.start, span.end) == (0, size):
        return found.vector
    starts, ends = found.places.T
    inside = (starts >= span.start) & (ends <= span.end) & (ends > starts)
    if not inside.any():
        return None
    mean: Vectors = found.tokens[inside].mean(axis=0)
    return mean / np.linalg.norm(mean)
