"""One index over the seeds for all that agents ask here, made with the real encoder."""

from pathlib import Path

import pytest

from tests.browser.serving import publish

SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder."""
    directory = tmp_path_factory.mktemp("seeds-index")
    publish(SEEDS, directory)
    return directory
