"""Signals -> one absolute score: a weighted sum that needs no statistics of the candidate list.

score = passage cosine + c * context cosine + s * best sentence cosine + w * lexical share. It does
not depend on depth, filters or the size of the corpus. `dense` takes the cosines alone, `lexical`
the share alone. One sentence says little about a query as long as a passage, so that signal fades
with the number of the query's terms.
"""

from collections.abc import Mapping

from embeddings.records import Signals, Vectors

_FADES_FROM = 14


def fuse(
    signals: Signals, share: Vectors, weights: Mapping[str, float], mode: str, terms: int
) -> Vectors:
    """The score of each passage for a query of so many terms; higher is better in every mode."""
    if mode == "lexical":
        return share
    cosines: Vectors = (
        weights["passage"] * signals.passage
        + weights["context"] * signals.context
        + weights["sentence"] * min(1.0, _FADES_FROM / max(1, terms)) * signals.sentence
    )
    if mode == "dense":
        return cosines
    fused: Vectors = cosines + weights["lexical"] * share
    return fused
