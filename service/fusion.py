"""Signals -> one absolute score: a weighted sum that needs no statistics of the candidate list.

score = passage cosine + best sentence cosine + w * share, where share = BM25 / ideal lies between 0
and 1: how much of the query's information the passage's words hold. It does not depend on depth,
filters or the size of the corpus. `dense` takes the cosines alone, `lexical` the share alone.
"""

from collections.abc import Mapping

from embeddings.records import Signals, Vectors


def share_of_ideal(lexical: Vectors, ideal: float) -> Vectors:
    """BM25 sums as a share of the sum that a passage made of the query's terms alone approaches."""
    return lexical / ideal if ideal > 0 else lexical * 0


def fuse(signals: Signals, share: Vectors, weights: Mapping[str, float], mode: str) -> Vectors:
    """The score of each passage; higher is better in every mode."""
    if mode == "lexical":
        return share
    cosines: Vectors = weights["passage"] * signals.passage + weights["sentence"] * signals.sentence
    if mode == "dense":
        return cosines
    fused: Vectors = cosines + weights["lexical"] * share
    return fused
