"""What an asker should know of an answer."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from embeddings.languages import find_unknown_language
from embeddings.manifest import Manifest
from embeddings.records import Vectors
from service.query import Query
from service.query_words import QueryWords

_FEWEST_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the asker should know of an answer; `code` is for programs."""

    code: str
    message: str


def list_notices(
    query: Query, manifest: Manifest, words: QueryWords, complete: bool
) -> list[Notice]:
    """What is to know of the answer to a query; `complete` as of its candidates."""
    return [
        *notice_language(query.text, manifest.languages, manifest.encoder["name"]),
        *notice_spelling(words.spelling if query.text.strip() else ()),
        *notice_steering(query),
        *notice_depth(complete),
    ]


def notice_steering(query: Query) -> list[Notice]:
    """Where the question leans, so that what confidence was fitted on says little of it."""
    if not query.steered:
        return []
    return [
        Notice(
            "steered",
            "The list leans to what was liked and away from what was not: take the confidence "
            "as an order, not as a chance.",
        )
    ]


def notice_depth(complete: bool) -> list[Notice]:
    """Where more passages may hold the phrases than were read."""
    if complete:
        return []
    return [
        Notice(
            "phrase_depth",
            "Too many passages hold these words for all of them to be read: the nearest of them "
            "were, and others may fit too.",
        )
    ]


def notice_language(text: str, known: Collection[str] | None, encoder: str) -> list[Notice]:
    """Where a question seems to be in a language that the encoder does not know."""
    if sum(map(str.isalpha, text)) < _FEWEST_LETTERS:
        return []
    language = find_unknown_language(text, known)
    if language is None:
        return []
    return [
        Notice(
            "unknown_language",
            f"The question seems to be in a language ({language}) that the encoder {encoder} does "
            "not know: passages are found by shared words and names alone.",
        )
    ]


def notice_spelling(pairs: Iterable[tuple[str, str]]) -> list[Notice]:
    """For each word that no passage holds, the one that was searched in its place."""
    return [
        Notice("spelling", f"No passage holds “{word}”; “{near}” was searched too.")
        for word, near in pairs
    ]


def notice_budget(values: Vectors, milliseconds: int) -> list[Notice]:
    """Where the reranker's time ended before it had read all it was given (NaN: not read)."""
    read = int(np.isfinite(values).sum())
    if read == len(values):
        return []
    return [
        Notice(
            "rerank_budget",
            f"The time of the reranker ({milliseconds} ms) was spent when it had read {read} of "
            f"the first {len(values)} passages: the others are ranked without it.",
        )
    ]
