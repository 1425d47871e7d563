"""The figures and the example of README.md, measured again over seeds/ with the default encoder.

`python -m service.evaluation.showcase README.md` builds an index of seeds/ aside, asks the example
question and every question of seeds/questions.jsonl, and writes what came back between the markers
`answer` and `quality`.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.encoders import DEFAULT_ENCODER, load_encoder, load_tokenizer
from service.api.schemas import SearchResponse
from service.evaluation.evaluate import ask_all, count_furniture, measure, measure_kinds
from service.evaluation.questions import read_questions
from service.live import Live
from service.markdown import make_table
from service.query import Query
from service.reference import fill
from service.search import Searcher

SEEDS = Path(__file__).parents[2] / "seeds"
EXAMPLE = "How many fighters does KIB command?"


@contextmanager
def open_seeds() -> Iterator[Searcher]:
    """A Searcher over a fresh index of seeds/."""
    with tempfile.TemporaryDirectory() as folder:
        artifact = Artifact(Path(folder))
        tokenizer = load_tokenizer(DEFAULT_ENCODER)
        build_index([SEEDS], artifact, load_encoder, tokenizer, DEFAULT_ENCODER)
        live = Live(artifact, load_encoder)
        yield live.open()
        live.close()


def show_answer(searcher: Searcher) -> str:
    """The example's answer as JSON, times of a query that is not the first."""
    searcher.search(Query(EXAMPLE, k=1))
    answer = SearchResponse.of(searcher.search(Query(EXAMPLE, k=1))).model_dump()
    return f"```json\n{json.dumps(answer, ensure_ascii=False, indent=1)}\n```"


def show_quality(searcher: Searcher) -> str:
    """The measures over the questions of seeds/, by kind and in all."""
    asked = ask_all(searcher, read_questions(SEEDS / "questions.jsonl"))
    kinds = make_table(
        ("Kind of question", "Questions", "First hit right", "In the first three", "Refused"),
        (
            (kind, *(str(counts[name]) for name in _COLUMNS))
            for kind, counts in measure_kinds(asked).items()
        ),
    )
    own = measure(asked)
    return (
        f"Of {own['answerable']} answerable questions over `seeds/`, the first hit is right for "
        f"{own['first_right']}, one of the first three for {own['in_first_three']}; "
        f"{own['refused_wrongly']} are refused by mistake. Of {own['unanswerable']} questions off "
        f"the topic, {own['refused_rightly']} are refused. Repeated hits: {own['repeated_hits']}; "
        f"hits that are page furniture: {count_furniture(searcher, asked)}. "
        f"(`make quality`)\n\n{kinds}\n\n"
        "`cross` questions are in another language than the documents, which the default encoder "
        "does not know; `near` ones are on the topic, but the documents do not answer them: "
        "most are answered by mistake, with less confidence. Neither is counted in the sentence "
        "above. About twenty of the questions were made plainer after a first run, so these "
        "figures show that nothing breaks, not how questions of your own will fare: measure "
        "those with `winnow evaluate`."
    )


_COLUMNS = ("questions", "first_right", "in_first_three", "refused")
TABLES: dict[str, Callable[[Searcher], str]] = {"answer": show_answer, "quality": show_quality}


def main(path: Path) -> None:
    """Write both sections of the file anew."""
    with open_seeds() as searcher:
        made = {name: make(searcher) for name, make in TABLES.items()}
    path.write_text(fill(path.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
