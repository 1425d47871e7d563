"""Answers questions that come a line each: what the compared programs share.

Runs in their own environments, so it knows nothing but the standard library. A program is started
with a folder of texts and the folder of the model; it builds, says so in a line, and then answers
each line, a question in JSON, by a line with its hits: [{"text": ..., "score": ...}, ...].
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

HITS = 10
Search = Callable[[str], Iterable[tuple[str, float]]]


def list_texts(folder: str) -> list[str]:
    """The paths of the texts, in the order of their names."""
    return sorted(str(path) for path in Path(folder).glob("*.txt"))


def answer(open_index: Callable[[], tuple[int, Search]]) -> None:
    """Build, then answer until the input ends; `open_index` gives how many texts, and a search."""
    said = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # Whatever a library prints must not stand between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    pieces, search = open_index()
    print(json.dumps({"pieces": pieces}), file=said, flush=True)
    for line in sys.stdin:
        hits = [{"text": text, "score": float(score)} for text, score in search(json.loads(line))]
        print(json.dumps(hits), file=said, flush=True)
