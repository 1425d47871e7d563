"""Try weights around those of an encoder's ranking in `profiles.json`.

    python -m tests.measurements.fit_ranking COLLECTIONS [ENCODER]

COLLECTIONS is a folder of judged collections (see `judged`), of which only the parts for tuning are
looked at. Prints nDCG@10 by collection for the weights as they are, for others around them, and
with each signal and share left out.
"""

import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from embeddings.encoders import DEFAULT_ENCODER, find_profile, load_encoder
from tests.measurements.gathering import Gathered, Weights, ask, flatten, score
from tests.measurements.judged import list_tuned, open_index, read_part

_GAINS = 1 / np.log2(np.arange(2, 12))


def measure_ndcg(gathered: Sequence[Gathered], weights: Weights, mode: str = "hybrid") -> float:
    """Mean nDCG@10 (Järvelin and Kekäläinen, 2002), a document at its best passage."""
    return float(np.mean([_measure_query(one, weights, mode) for one in gathered]))


def _measure_query(one: Gathered, weights: Weights, mode: str) -> float:
    order = np.argsort(-score(one, weights, mode), kind="stable")
    documents = itertools.islice(
        dict.fromkeys(name for at in order[:100] for name in sorted(one.owners[at])), 10
    )
    gains = np.array([max(0, one.judged.get(name, 0)) for name in documents])
    ideal = np.sort([max(0, relevance) for relevance in one.judged.values()])[::-1][:10]
    return float(gains @ _GAINS[: len(gains)] / (ideal @ _GAINS[: len(ideal)]))


def try_weights(tuned: Mapping[str, Sequence[Gathered]], weights: Weights) -> None:
    """Print nDCG@10 around these weights, and with each signal and share left out."""
    _print_row("", [*tuned, "mean"])
    for label, changed in (("these", weights), *_change(weights)):
        values = [measure_ndcg(gathered, changed) for gathered in tuned.values()]
        _print_row(label, [f"{value:.4f}" for value in (*values, np.mean(values))])


def _change(weights: Weights) -> Iterator[tuple[str, Weights]]:
    for name, weight in weights.items():
        yield f"no {name}", {**weights, name: 0.0}
        for factor in (0.5, 0.75, 1.25, 1.5, 2.0):
            yield f"{name} {factor * weight:.2f}", {**weights, name: factor * weight}


def _print_row(label: str, values: Iterable[str]) -> None:
    print(f"{label:<24}" + "".join(f"{value:>17}" for value in values), flush=True)


def main(home: Path, encoder_name: str) -> None:
    """Print the table."""
    profile = find_profile(encoder_name)
    encoder = load_encoder(encoder_name)
    gathered = {}
    for name in list_tuned(profile):
        _, index = open_index(home / name, encoder_name, encoder)
        gathered[name] = list(ask(index, encoder, read_part(home / name, tuning=True)))
        index.close()
    try_weights(gathered, flatten(profile.ranking))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else DEFAULT_ENCODER)
