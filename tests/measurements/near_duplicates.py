"""Are repeats folded, and nothing else? Copies of every passage, made in known ways.

    python -m tests.measurements.near_duplicates [PASSAGES.jsonl.gz [HOW MANY]]

Without a file, the passages of `seeds/`. A row of the file has a `text`. Only passages of 12 words
or more take part. Prints a Markdown table: for each way, the copies that fold into the passage they
were made of (or into what stands for it). Then precision and recall over all, the folds among the
passages themselves, and the seconds that folding them takes.
"""

import gzip
import itertools
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from embeddings.differences import FEWEST_WORDS
from embeddings.documents import DocumentReader, list_sources
from embeddings.errors import UnreadableDocument
from embeddings.passages import cut_document
from embeddings.records import Cut, Document, Passage, Reading
from embeddings.wording import Wording, normalize
from tests.embeddings.building import fold
from tests.measurements.copies import OTHER, SAME, Finish, Make

WINDOW = 180


def main(arguments: Sequence[str]) -> None:
    texts = list(_read_rows(*arguments) if arguments else _read_folder(Path("seeds")))
    texts = [text for text in dict.fromkeys(texts) if len(Wording.of(text).words) >= FEWEST_WORDS]
    started = time.process_time()
    alone = _fold(texts)
    seconds = time.process_time() - started
    print(f"{len(texts):,} passages of {FEWEST_WORDS} words or more\n")
    print("| the copy has | copies | folded | share |\n|---|---|---|---|")
    kept = [_measure(name, *ways, texts) for name, ways in SAME.items()]
    print("| **and says something else:** | | | |")
    lost = [_measure(name, *ways, texts) for name, ways in OTHER.items()]
    right, wrong = sum(folded for folded, _ in kept), sum(folded for folded, _ in lost)
    print(f"\nprecision {right / max(1, right + wrong):.4f}, ", end="")
    print(f"recall {right / max(1, sum(made for _, made in kept)):.4f}")
    near = sum(normalize(texts[i]) != normalize(texts[j]) for i, j in enumerate(alone))
    print(f"near folds among the passages themselves: {near:,}; {seconds:.1f} s of processor time")


def _read_rows(path: str, most: str | None = None) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in itertools.islice(lines, int(most) if most else None):
            yield json.loads(line)["text"]


def _read_folder(folder: Path) -> Iterator[str]:
    with DocumentReader() as reader:
        for item in (item for f in list_sources([folder], Reading()) for item in reader.read(f)):
            if not isinstance(item, UnreadableDocument):
                cut = cut_document(item, lambda texts: [len(t.split()) for t in texts], WINDOW)
                yield from (passage.text for passage in cut.passages)


def _measure(name: str, make: Make, finish: Finish, texts: Sequence[str]) -> tuple[int, int]:
    """How many copies of one kind were folded, and how many there were; prints the row."""
    chance = random.Random(name)
    copies: list[str] = []
    origins: list[int] = []
    for i, text in enumerate(texts):
        changed = make(text.split(), chance)
        if changed is not None:
            origins.append(i)
            copies.append(finish(" ".join(changed), chance))
    into = _fold([*texts, *copies])
    folded = sum(into[len(texts) + c] == into[origin] for c, origin in enumerate(origins))
    share = folded / max(1, len(copies))
    print(f"| {name} | {len(copies):,} | {folded:,} | {share:.2%} |", flush=True)
    return folded, len(copies)


def _fold(texts: Sequence[str]) -> list[int]:
    """For each text the place of the one that stands for it, earlier ones before later ones."""
    cuts = [_make_cut(f"{i:09}", text) for i, text in enumerate(texts)]
    into = {one.passage.id: one.into for one in fold(cuts)[1]}
    return [int(into.get(cut.document.source, cut.document.source)) for cut in cuts]


def _make_cut(name: str, text: str) -> Cut:
    passage = Passage(name, name, 0, len(text), text, ())
    return Cut(Document(name, text), name, None, (passage,), (), ())


if __name__ == "__main__":
    main(sys.argv[1:])
