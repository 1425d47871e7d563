"""Texts of made-up words, as many as one likes, the same each time."""

import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from embeddings.stop_words import ENGLISH

_SEED = 11
_WORDS = 20_000
_ROWS = 1_000  # of a file
_SYLLABLES = (
    "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu bran stel trom plin".split()
)


def write_texts(folder: Path, count: int) -> Path:
    """Tables of so many texts of 40 to 90 words, a passage each; the folder."""
    chance = random.Random(_SEED)  # nosec B311  # no secret
    texts = _make_texts(chance)
    for first in range(0, count, _ROWS):
        rows = (
            json.dumps({"id": f"{number:07}", "title": f"Text {number}", "text": text})
            for number, text in enumerate(islice(texts, min(_ROWS, count - first)), first)
        )
        path = folder / f"texts-{first:07}.jsonl"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def _make_texts(chance: random.Random) -> Iterator[str]:
    """Sentences of made-up words, frequent and rare as in a language, with English between them."""
    made = sorted({"".join(chance.choices(_SYLLABLES, k=3)) for _ in range(_WORDS)})
    weights = [1 / rank for rank in range(1, len(made) + 1)]
    small = sorted(ENGLISH)
    while True:
        sentences = []
        for length in (chance.randint(8, 18) for _ in range(5)):
            words = chance.choices(made, weights, k=length)
            words[1::2] = chance.choices(small, k=len(words[1::2]))
            sentences.append(" ".join(words).capitalize() + ".")
        yield " ".join(sentences)
