"""Queries that no cache has seen: words of an index's own passages, no two queries alike."""

import random
from collections.abc import Iterator

from embeddings.builds import Builds
from embeddings.words import find_words
from service.query import LONGEST_QUERY

_SEED = 7
_SAMPLED = 2_000
_FEWEST, _MOST = 5, 12
_TRIES = 100


def make_queries(builds: Builds, count: int) -> list[str]:
    """So many queries of 5 to 12 words of a passage each, the same for the same index."""
    chance = random.Random(_SEED)  # nosec B311  # no secret
    texts = _sample_texts(builds, chance)
    queries = _draw(texts, chance)
    found: dict[str, None] = {}
    for _ in range(count):
        drawn = (next(queries) for _ in range(_TRIES))
        # A tiny index has few combinations: a number makes one more of them.
        query = next((one for one in drawn if one not in found), f"{next(queries)} {len(found)}")
        found[query] = None
    return list(found)


def _draw(texts: list[list[str]], chance: random.Random) -> Iterator[str]:
    while True:
        words = chance.choice(texts)
        count = min(len(words), chance.randint(_FEWEST, _MOST))
        yield " ".join(chance.sample(words, count))[:LONGEST_QUERY]


def _sample_texts(builds: Builds, chance: random.Random) -> list[list[str]]:
    """The words of some passages."""
    _, index = builds.open()
    try:
        count = index.passage_count
        numbers = sorted(chance.sample(range(count), min(count, _SAMPLED)))
        texts = [_list_words(stored.passage.text) for stored in index.read(numbers)]
    finally:
        index.close()
    return [words for words in texts if words] or [["nothing"]]


def _list_words(text: str) -> list[str]:
    return [text[start:end] for start, end in find_words(text)]
