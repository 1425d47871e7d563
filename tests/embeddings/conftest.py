"""A folder that anybody may enter."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that anybody may enter; those of pytest are its user's own."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
