"""Opening an index for a command that asks it questions."""

from collections.abc import Callable, Sequence
from pathlib import Path

from embeddings.builds import Builds, is_address, open_builds
from embeddings.encoders import Encoder, load_encoder, load_reranker
from service.cli.output import say
from service.live import Live, ServedBuilds
from service.locations import find_index, locate_index
from service.reranking import Reranking
from service.search import Searcher
from service.settings import Settings


def choose_index(settings: Settings, paths: Sequence[Path] = ()) -> str:
    """The folder or address of the index named, else of that of the paths, else of the one meant.

    Says which one is meant. Raises IndexMissing.
    """
    if is_address(settings.index):
        return settings.index
    if settings.index:
        return str(Path(settings.index).expanduser())
    if paths:
        return str(locate_index(paths, Path.cwd()))
    directory = find_index(Path.cwd())
    say(f"index: {directory}")
    return str(directory)


def open_chosen(settings: Settings) -> Builds:
    """The builds of the index meant, whether there are any or not. Raises IndexMissing."""
    return open_builds(choose_index(settings))


def make_live(
    builds: ServedBuilds,
    settings: Settings,
    load: Callable[[str], Encoder] | None = None,
) -> Live:
    """A Live whose encoder is that of the build, or the one the settings name."""
    load = load or (lambda name: load_encoder(name, say, settings.device))
    return Live(
        builds,
        lambda name: load(settings.encoder or name),
        lambda: _load_reranking(settings),
    )


def _load_reranking(settings: Settings) -> Reranking | None:
    if not settings.reranker:
        return None
    return Reranking(load_reranker(settings.reranker), settings.rerank_ms)


def open_searcher(settings: Settings) -> Searcher:
    """The Searcher of the index meant. Raises ArtifactError, EncoderError."""
    return make_live(open_chosen(settings), settings).open()
