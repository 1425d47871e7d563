"""The judged collections that ranking and confidence are fitted on and measured with.

A folder of collections in BEIR's form. Of a collection of articles (squad2-dev-half, xquad-*) the
queries about articles whose title has an even first hexadecimal digit of its sha256 are for tuning,
the others for testing; of scifact `qrels.train.tsv` is for tuning, of cranfield nothing.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.encoders import Encoder, Profile, load_tokenizer
from embeddings.index import NO_FILTER, Index
from embeddings.index.local import LocalIndex
from embeddings.manifest import Manifest
from embeddings.records import Filter, Nearest, Vectors
from service.cli.output import ProgressBar
from service.evaluation.collections import (
    CORPUS,
    Collection,
    read_collection,
    read_judgements,
    read_queries,
)
from service.locations import locate_index

TUNED_ON = ("scifact", "squad2-dev-half", "xquad-en")
_MULTILINGUAL = (
    "xquad-ru-en",
    "xquad-ar-en",
    "xquad-tr-en",
    "xquad-de-en",
    "xquad-en",
)
_TESTED_ON = ("scifact", "squad2-dev-half", "cranfield", "xquad-en")


def list_tuned(profile: Profile) -> tuple[str, ...]:
    """The collections that an encoder's ranking is tuned on."""
    return TUNED_ON if profile.languages else _MULTILINGUAL


def list_tested(profile: Profile) -> tuple[str, ...]:
    """The collections that it is measured on."""
    return _TESTED_ON if profile.languages else _MULTILINGUAL


def read_part(folder: Path, tuning: bool) -> Collection:
    """The part of a collection that is for tuning, or the one for testing."""
    if folder.name == "scifact" and tuning:
        queries = read_queries(folder / "queries.all.jsonl")
        judged = read_judgements(folder / "qrels.train.tsv")
        return Collection(folder, {query: queries[query] for query in judged}, judged)
    whole = read_collection(folder)
    if not folder.name.startswith(("squad", "xquad")):
        return Collection(folder, {}, {}) if tuning else whole
    even = {row["_id"] for row in _read_rows(folder / CORPUS) if _is_even(row["title"])}
    kept = [q for q, judged in whole.judgements.items() if (next(iter(judged)) in even) == tuning]
    return Collection(
        folder, {q: whole.queries[q] for q in kept}, {q: whole.judgements[q] for q in kept}
    )


def _is_even(title: str) -> bool:
    return int(hashlib.sha256(title.encode()).hexdigest()[0], 16) % 2 == 0


def _read_rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def open_index(folder: Path, name: str, encoder: Encoder) -> tuple[Manifest, LocalIndex]:
    """The collection's index, built where it is not there yet; xquad-* share theirs."""
    if folder.name.startswith("xquad"):
        folder = folder.with_name("xquad-en")
    artifact = Artifact(Path(f"{locate_index([folder], Path.cwd())}-{Path(name).name}"))
    with ProgressBar() as progress:
        build_index(
            [folder], artifact, lambda: encoder, load_tokenizer(name), name, progress=progress
        )
    return artifact.open()


def find_owners(index: Index) -> list[frozenset[str]]:
    """The documents in which each passage stands, itself or folded, by number."""
    return [
        frozenset(
            source.partition("#")[2]
            for source in (stored.source, *(place.source for place in stored.also_in))
        )
        for stored in index.read(range(index.passage_count))
    ]


class Hiding:
    """An index that seems not to hold some passages, for questions whose answer is taken away."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.hidden: frozenset[int] = frozenset()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def dense(
        self, vector: Vectors, depth: int, filter: Filter = NO_FILTER
    ) -> tuple[Nearest, Nearest]:
        by_passage, by_sentence = self._index.dense(vector, depth + len(self.hidden), filter)
        return self._leave_out(by_passage, depth), self._leave_out(by_sentence, depth)

    def lexical(
        self, terms: Mapping[str, float], depth: int, filter: Filter = NO_FILTER
    ) -> Nearest:
        return self._leave_out(self._index.lexical(terms, depth + len(self.hidden), filter), depth)

    def _leave_out(self, found: Nearest, depth: int) -> Nearest:
        kept = ~np.isin(found.numbers, list(self.hidden))
        return Nearest(found.numbers[kept][:depth], found.scores[kept][:depth])
