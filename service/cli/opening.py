"""Opening an index for a command that asks it questions."""

from collections.abc import Callable
from pathlib import Path

from embeddings.artifact import Artifact
from embeddings.encoders import Encoder, load_encoder, load_reranker
from service.cli.output import say
from service.live import Live
from service.locations import find_index
from service.reranking import Reranking
from service.search import Searcher
from service.settings import Settings


def choose_directory(settings: Settings) -> Path:
    """The index named, else the one meant; says which. Raises IndexMissing."""
    if settings.index:
        return Path(settings.index).expanduser()
    directory = find_index(Path.cwd())
    say(f"index: {directory}")
    return directory


def make_live(
    artifact: Artifact,
    settings: Settings,
    load: Callable[[str], Encoder] | None = None,
) -> Live:
    """A Live whose encoder is that of the build, or the one the settings name."""
    load = load or (lambda name: load_encoder(name, say, settings.device))
    return Live(
        artifact,
        lambda name: load(settings.encoder or name),
        lambda: _load_reranking(settings),
    )


def _load_reranking(settings: Settings) -> Reranking | None:
    if not settings.reranker:
        return None
    return Reranking(load_reranker(settings.reranker), settings.rerank_ms)


def open_searcher(settings: Settings) -> Searcher:
    """The Searcher of the index meant. Raises ArtifactError, EncoderError."""
    return make_live(Artifact(choose_directory(settings)), settings).open()
