"""How hypothesis runs here, and a folder that anybody may enter."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

# The same examples on every run, and no time limit: a slow machine fails no test.
settings.register_profile(
    "winnow",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("winnow")
# Long, and other examples each time: `make fuzz`.
settings.register_profile(
    "fuzz", settings.get_profile("winnow"), max_examples=5000, derandomize=False
)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that anybody may enter; those of pytest are its user's own."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
