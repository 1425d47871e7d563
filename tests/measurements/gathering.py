"""What every signal says of the candidates of judged queries, gathered once to try weights on."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoders import Encoder, load_encoder
from embeddings.index import Index
from embeddings.records import Numbers, Signals, Vectors
from service.candidates import CANDIDATE_DEPTH
from service.evaluation.collections import Collection
from service.fusion import fuse
from service.wording import Shares, blend, find_shares
from service.words import Vocabulary
from tests.measurements.judged import find_owners, open_index, read_part

_STRANGERS = 400

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known of the candidates of a query of so many terms, and what is judged for it."""

    numbers: Numbers
    signals: Signals
    shares: Shares
    owners: list[frozenset[str]]
    judged: Mapping[str, int]
    terms: int

    @property
    def right(self) -> Numbers:
        """Whether each candidate answers."""
        wanted = {name for name, relevance in self.judged.items() if relevance > 0}
        return np.array([bool(own & wanted) for own in self.owners], dtype=bool)


def gather(
    index: Index, vectors: Vectors, collection: Collection, depth: int = CANDIDATE_DEPTH
) -> Iterator[Gathered]:
    """The candidates of every query, with the exact value of all signals."""
    owners = find_owners(index)
    vocabulary = Vocabulary(index)
    for vector, (query, text) in zip(vectors, collection.queries.items(), strict=True):
        words = vocabulary.read(text)
        found = [
            *index.dense(vector, depth),
            index.lexical(words.weights, depth),
        ]
        numbers = np.unique(np.concatenate([one.numbers for one in found]))
        signals = index.signals(numbers, vector, words.weights)
        occurrences = index.occurrences(numbers, list(words.weights))
        shares = find_shares(words, signals.lexical, occurrences)
        judged = collection.judgements.get(query, {})
        yield Gathered(numbers, signals, shares, [owners[n] for n in numbers], judged, words.count)


def flatten(ranking: Mapping[str, Any]) -> dict[str, float]:
    """The weights of a ranking in one table, those of the shares as `share_*`."""
    shares = {f"share_{name}": weight for name, weight in ranking["shares"].items()}
    return {**ranking["weights"], **shares}


def score(one: Gathered, weights: Weights, mode: str) -> Vectors:
    """The score of each candidate; `weights` are flat: the sum's, and the shares' as `share_*`."""
    shares = {name[6:]: weight for name, weight in weights.items() if name.startswith("share_")}
    share = blend(one.shares, shares, one.terms)
    return np.round(fuse(one.signals, share, weights, mode, one.terms), 6)


def open_all(home: Path, names: Sequence[str], encoder_name: str) -> dict[str, "Tuned"]:
    """Every collection's own candidates, and those of questions that belong to other corpora."""
    encoder = load_encoder(encoder_name)
    tuned = {}
    for name in names:
        part = read_part(home / name, tuning=True)
        _, index = open_index(home / name, encoder_name, encoder)
        others = [_take_away(read_part(home / other, tuning=True)) for other in _find_others(name)]
        strangers = [list(_ask(index, encoder, other)) for other in others]
        tuned[name] = Tuned(list(_ask(index, encoder, part)), strangers)
        index.close()
    return tuned


def _find_others(name: str) -> Sequence[str]:
    """Collections about other things: squad and xquad share paragraphs."""
    return ("squad2-dev-half", "xquad-en") if name == "scifact" else ("scifact",)


def _ask(index: Index, encoder: Encoder, part: Collection) -> Iterator[Gathered]:
    return gather(index, encoder.encode_queries(list(part.queries.values())), part)


def _take_away(part: Collection) -> Collection:
    """The first queries of a collection, without what answers them."""
    queries = dict(itertools.islice(part.queries.items(), _STRANGERS))
    return replace(part, queries=queries, judgements={})


@dataclass(frozen=True, slots=True)
class Tuned:
    """A collection's candidates, and those of other collections' questions in its corpus."""

    own: list[Gathered]
    strangers: list[list[Gathered]]
