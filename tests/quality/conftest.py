"""The real encoder, loaded once, and indexes made with it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.encoders import DEFAULT_ENCODER, Encoder, load_encoder, load_tokenizer
from service.evaluation.evaluate import Asked, ask_all
from service.evaluation.questions import read_questions
from service.live import Live
from service.search import Searcher

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
OTHER_SEEDS = ROOT.parent / "shared" / "seeds"

Open = Callable[[Path], Searcher]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder(DEFAULT_ENCODER)


@pytest.fixture(scope="session")
def open_folder(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Open]:
    """Builds an index of a folder and opens it."""
    with ExitStack() as stack:

        def open_one(folder: Path) -> Searcher:
            artifact = Artifact(tmp_path_factory.mktemp("index"))
            tokenizer = load_tokenizer(DEFAULT_ENCODER)
            build_index([folder], artifact, lambda: encoder, tokenizer, DEFAULT_ENCODER)
            live = stack.enter_context(closing(Live(artifact, lambda name: encoder)))
            return live.open()

        yield open_one


@pytest.fixture(scope="session")
def seeds(open_folder: Open) -> Searcher:
    """The documents that everybody starts from."""
    return open_folder(SEEDS)


@pytest.fixture(scope="session")
def seeds_asked(seeds: Searcher) -> list[Asked]:
    return ask_all(seeds, read_questions(SEEDS / "questions.jsonl"))


@pytest.fixture(scope="session")
def other_seeds_asked(open_folder: Open) -> list[Asked]:
    """The same measure over documents that the repository does not hold."""
    if not OTHER_SEEDS.is_dir():
        pytest.skip(f"needs {OTHER_SEEDS}, which is not there")
    return ask_all(open_folder(OTHER_SEEDS), read_questions(OTHER_SEEDS / "questions.jsonl"))
