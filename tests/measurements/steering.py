"""What it is worth to like one right passage and not another, by the weights of both.

`python -m tests.measurements.steering COLLECTION...` (folders in BEIR's form) builds an index of
each aside. A question is asked; the first right hit of its first ten is liked, the first wrong one
is not; then it is asked again. Printed is nDCG@10 without both documents, before (`none`) and
after, also with but one of them judged (`nothing`). The weights are chosen on the questions of even
number, the others test them. `confident` is how many of all questions have a first hit that counts
as an answer.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.encoders import DEFAULT_ENCODER, load_encoder, load_tokenizer
from service import steering
from service.evaluation.collections import read_collection
from service.live import Live
from service.query import LONGEST_QUERY, Query
from service.search import Searcher

WEIGHTS = [(like, unlike) for like in (0.4, 0.8, 1.2, 1.6, 2.4) for unlike in (0.0, 0.2, 0.4)]
ALONE = (0.1, 0.2, 0.4)  # of what is not liked, where nothing is
_READ = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the passages that were judged, and its documents but for theirs."""

    text: str
    liked: str
    unliked: str
    left_out: frozenset[str]
    relevant: Mapping[str, int]


def judge(searcher: Searcher, text: str, relevance: Mapping[str, int]) -> Asked | None:
    """The first right and the first wrong hit; None where one of them is missing."""
    first: dict[bool, tuple[str, str]] = {}
    for hit in searcher.search(Query(text, k=10)).hits:
        name = hit.stored.source.partition("#")[2]
        first.setdefault(relevance.get(name, 0) > 0, (hit.stored.passage.id, name))
    if len(first) < 2:
        return None
    left_out = frozenset(name for _, name in first.values())
    rest = {n: r for n, r in relevance.items() if r > 0 and n not in left_out}
    return Asked(text, first[True][0], first[False][0], left_out, rest) if rest else None


def measure(searcher: Searcher, asked: Asked, query: Query) -> tuple[float, bool]:
    """nDCG@10 of the documents that are left, and whether the first hit is an answer."""
    results = searcher.search(query)
    names = dict.fromkeys(hit.stored.source.partition("#")[2] for hit in results.hits)
    left = [name for name in names if name not in asked.left_out][:10]
    gain = sum(asked.relevant.get(n, 0) / log2(rank + 2) for rank, n in enumerate(left))
    ideal = sorted(asked.relevant.values(), reverse=True)[:10]
    return gain / sum(r / log2(rank + 2) for rank, r in enumerate(ideal)), results.answered


def measure_all(
    searcher: Searcher, asked: Sequence[Asked], likes: bool, unlikes: bool
) -> Iterator[tuple[float, bool]]:
    """Each question, steered so."""
    for one in asked:
        like, unlike = (one.liked,) * likes, (one.unliked,) * unlikes
        yield measure(searcher, one, Query(one.text, k=_READ, like=like, unlike=unlike))


def show(name: str, found: Sequence[tuple[float, bool]]) -> None:
    """A row: the mean over even questions, over odd ones, and how many were answered."""
    even, odd = ([value for value, _ in found[start::2]] for start in (0, 1))
    means = (f"{sum(values) / len(values):.4f}" for values in (even, odd))
    answered = sum(answered for _, answered in found) / len(found)
    print(f"| {' | '.join((name, *means, f'{answered:.1%}'))} |", flush=True)


def main(folders: Sequence[str]) -> None:
    """Print a table for each folder."""
    encoder, tokenizer = load_encoder(), load_tokenizer()
    for folder in map(Path, folders):
        collection = read_collection(folder)
        with tempfile.TemporaryDirectory() as place:
            artifact = Artifact(Path(place))
            build_index([folder], artifact, lambda: encoder, tokenizer, DEFAULT_ENCODER)
            live = Live(artifact, lambda name: encoder)
            pairs = (
                judge(live.open(), text[:LONGEST_QUERY], collection.judgements[query])
                for query, text in collection.queries.items()
            )
            asked = [one for one in pairs if one is not None]
            print(f"{folder.name}: {len(asked)} questions\n")
            print("| like, unlike | even | odd | confident |\n|---|---|---|---|")
            show("none", list(measure_all(live.open(), asked, False, False)))
            for like, unlike in [*((0.0, unlike) for unlike in ALONE), *WEIGHTS]:
                steering.LIKE, steering.UNLIKE = like, unlike
                # Each time a Searcher of its own, which remembers nothing of other weights.
                fresh = Live(artifact, lambda name: encoder)
                name = f"{like or 'nothing'}, {unlike or 'nothing'}"
                found = measure_all(fresh.open(), asked, likes=like > 0, unlikes=unlike > 0)
                show(name, list(found))
                fresh.close()
            live.close()


if __name__ == "__main__":
    main(sys.argv[1:])
