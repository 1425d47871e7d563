"""The implementations that one contract is run over."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embeddings.index import Index
from embeddings.index.exact import ExactIndex
from embeddings.index.files import write_index
from embeddings.index.local import LocalIndex
from embeddings.records import IndexContents

Open = Callable[[IndexContents], Index]


@pytest.fixture(params=["exact", "local"])
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Makes an index of each kind over the same contents; the exact one is held to it all too."""
    opened: list[Index] = []

    def open_one(contents: IndexContents) -> Index:
        index: Index
        if request.param == "exact":
            index = ExactIndex(contents)
        else:
            folder = tmp_path / str(len(opened))
            folder.mkdir()
            write_index(folder, contents)
            index = LocalIndex(folder)
        opened.append(index)
        return index

    yield open_one
    for index in opened:
        index.close()
