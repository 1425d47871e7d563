"""The implementations that one contract is run over."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embeddings.index import Index
from embeddings.index.exact import ExactIndex
from embeddings.index.files import write_index
from embeddings.index.local import LocalIndex
from embeddings.index.postgres.builds import DatabaseBuilds
from embeddings.records import IndexContents
from tests.cluster.publishing import publish

Open = Callable[[IndexContents], Index]


@pytest.fixture(params=["exact", "local", pytest.param("postgres", marks=pytest.mark.cluster)])
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Makes an index of each kind over the same contents; the exact one is held to it all too."""
    opened: list[Index] = []

    def open_one(contents: IndexContents) -> Index:
        index: Index
        if request.param == "exact":
            index = ExactIndex(contents)
        elif request.param == "postgres":
            address = request.getfixturevalue("database_address")
            _, index = publish(DatabaseBuilds(address, tmp_path, 1), contents)
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
