"""Whether fusion loses anything by looking at candidates alone, not at every passage.

    python -m tests.measurements.depth COLLECTIONS [ENCODER]

Over the parts for tuning: nDCG@10 by candidate depth, and in how many of the queries the first ten
passages are those that scoring every passage gives, in the same order.
"""

import itertools
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from embeddings.encoders import DEFAULT_ENCODER, find_profile, load_encoder
from tests.measurements.fit_ranking import measure_ndcg
from tests.measurements.gathering import Gathered, Weights, flatten, gather, score
from tests.measurements.judged import TUNED_ON, open_index, read_part

_DEPTHS = (25, 50, 100, 200, 400)
_QUERIES = 300


def main(home: Path, encoder_name: str) -> None:
    """Print a table for each collection."""
    encoder = load_encoder(encoder_name)
    weights = flatten(find_profile(encoder_name).ranking)
    for name in TUNED_ON:
        part = read_part(home / name, tuning=True)
        part = replace(part, queries=dict(itertools.islice(part.queries.items(), _QUERIES)))
        vectors = encoder.encode_queries(list(part.queries.values()))
        _, index = open_index(home / name, encoder_name, encoder)
        everything = list(gather(index, vectors, part, None))
        best = [_find_best(one, weights) for one in everything]
        print(
            f"{name}: all {index.passage_count:,} passages {measure_ndcg(everything, weights):.4f}"
        )
        for depth in _DEPTHS:
            found = list(gather(index, vectors, part, depth))
            same = np.mean([_find_best(a, weights) == b for a, b in zip(found, best, strict=True)])
            size = np.mean([len(one.numbers) for one in found])
            ndcg = measure_ndcg(found, weights)
            print(f"  depth {depth:>3}: {size:>5.0f} candidates, {ndcg:.4f}, first ten {same:.1%}")
        index.close()


def _find_best(one: Gathered, weights: Weights) -> list[int]:
    order = np.lexsort((one.numbers, -score(one, weights, "hybrid")))[:10]
    return [int(number) for number in one.numbers[order]]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else DEFAULT_ENCODER)
