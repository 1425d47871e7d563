"""How often the words that answer a question stand in a marked sentence, by the margin in force.

`python -m tests.measurements.highlights FOLDER...` builds an index of each folder aside, asks the
answerable questions of its `questions.jsonl`, and looks at the first right hit of each. Margin
`none` marks the nearest sentence alone.
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.encoders import DEFAULT_ENCODER, load_encoder, load_tokenizer
from service import highlights
from service.evaluation.evaluate import Asked, ask_all
from service.evaluation.questions import read_questions
from service.live import Live
from service.search import Hit

MARGINS = (-9.0, 0.0, 0.02, 0.05, 0.08, 0.1, 0.15)


def find_right(asked: Iterable[Asked]) -> Iterator[tuple[Asked, Hit]]:
    """The questions that were answered in the first ten hits, with the first right one."""
    for one in asked:
        if one.rank:
            yield one, one.results.hits[one.rank - 1]


def is_marked(asked: Asked, hit: Hit) -> bool:
    """Whether a string that answers lies in a highlight, at least in part."""
    text = hit.stored.passage.text
    places = [(text.find(string), len(string)) for string in asked.question.strings]
    return any(
        start >= 0 and start < span.end and span.start < start + length
        for start, length in places
        for span in hit.highlights
    )


def measure_marks(asked: Sequence[Asked]) -> tuple[int, int, int, int]:
    """Right hits, those marked right, those of several sentences, those with two marks."""
    right = list(find_right(asked))
    return (
        len(right),
        sum(is_marked(*one) for one in right),
        sum(len(hit.stored.passage.sentences) > 1 for _, hit in right),
        sum(len(hit.highlights) > 1 for _, hit in right),
    )


def main(folders: Sequence[str]) -> None:
    """Print a table for each folder."""
    encoder, tokenizer = load_encoder(), load_tokenizer()
    for folder in map(Path, folders):
        with tempfile.TemporaryDirectory() as place:
            artifact = Artifact(Path(place))
            build_index([folder], artifact, lambda: encoder, tokenizer, DEFAULT_ENCODER)
            live = Live(artifact, lambda name: encoder)
            searcher = live.open()
            print(
                f"{folder}\n| margin | right hits | answer marked | several sentences | two marks |"
            )
            for margin in MARGINS:
                highlights.MARGINS[searcher.manifest.encoder["pooled"]] = margin
                counts = measure_marks(
                    ask_all(searcher, read_questions(folder / "questions.jsonl"))
                )
                name = "none" if margin < -1 else str(margin)
                print(f"| {' | '.join((name, *map(str, counts)))} |")
            live.close()


if __name__ == "__main__":
    main(sys.argv[1:])
