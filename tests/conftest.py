"""Fixtures that any test may ask for: a small folder, an index of it, and the shared data."""

from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from service.keys import KeyFile
from tests.cluster.fixtures import database as database
from tests.cluster.fixtures import database_address as database_address
from tests.cluster.fixtures import database_name as database_name
from tests.cluster.fixtures import postgres as postgres
from tests.cluster.fixtures import programs as programs
from tests.embeddings.building import build, write_files
from tests.embeddings.encoders.models import make_cross_encoder

TINY_CORPUS = {
    "bees.txt": (
        "Honey bees keep their hive at about 35 degrees through the whole winter.\n\n"
        "They shiver their flight muscles without moving their wings, which makes heat. "
        "A colony eats some twenty kilograms of honey before spring.\n"
    ),
    "bridge.txt": (
        "The old bridge over the Neretva was finished in 1566 and fell in 1993.\n\n"
        "Divers raised its stones from the river bed. The new bridge opened in July 2004 and "
        "was built with the tools of the first one.\n"
    ),
    "copies/bees-again.txt": (
        "Honey bees keep their hive at about 35 degrees through the whole winter.\n\n"
        "The keeper weighs each hive in October to learn whether it must be fed.\n"
    ),
    "salt.txt": (
        "Salt was carried from Taoudenni to Timbuktu in slabs of forty kilograms.\n\n"
        "A caravan of camels needed three weeks for the way, and drivers kept to the stars.\n"
    ),
    "tides.txt": (
        "The tide in the Bay of Fundy rises by as much as sixteen metres.\n\n"
        "The bay rocks in time with the moon, so each tide pushes the next one higher.\n"
    ),
}
FIGURES = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long forms run where their marker asks for them: `make reliability` and others."""
    left_out = {"reliability", "image", "cluster"} - set(config.option.markexpr.split())
    long = [item for item in items if any(map(item.get_closest_marker, left_out))]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.fixture
def note_figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Tell what a long form found, in a line at the end of `make reliability`."""
    return request.config.stash.setdefault(FIGURES, []).append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if "reliability" in config.option.markexpr:
        for line in config.stash.get(FIGURES, []):
            terminalreporter.write_line(line)


@pytest.fixture
def tiny_corpus(tmp_path: Path) -> Path:
    """A folder of five short texts; one passage stands in two of them."""
    return write_files(tmp_path / "corpus", TINY_CORPUS)


@pytest.fixture
def tiny_artifact(tiny_corpus: Path, tmp_path: Path) -> Artifact:
    """An index of the tiny corpus, made with the hashing encoder."""
    artifact = Artifact(tmp_path / "index")
    build(tiny_corpus, artifact)
    return artifact


@pytest.fixture(scope="session")
def tiny_reranker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a cross-encoder that loads in no time and knows nothing."""
    base, folder = (tmp_path_factory.mktemp(name) for name in ("judge-base", "judge"))
    return make_cross_encoder(base, folder)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The judged collections beside the repository, where they are."""
    path = Path(__file__).parents[2] / "shared"
    if not (path / "datasets").is_dir():
        pytest.skip(f"needs the shared data in {path}, which is not there")
    return path


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    """A file of keys that is not there yet."""
    return KeyFile(tmp_path / "keys.json")


@pytest.fixture
def secret(keys: KeyFile) -> str:
    """A key of scope search, in that file."""
    return keys.add("ann", "search")[1]
