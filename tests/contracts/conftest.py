"""The implementations that one contract is run over."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from embeddings.index import Index
from embeddings.index.exact import ExactIndex
from embeddings.index.files import write_index
from embeddings.index.local import LocalIndex
from embeddings.index.postgres.builds import DatabaseBuilds
from embeddings.records import IndexContents
from tests.cluster.publishing import publish
from tests.cluster.servers import Server

Open = Callable[[IndexContents], Index]
_NUMBERS = count()


@pytest.fixture(scope="session")
def contracts_address(postgres: Server) -> str:
    """A database for all of them, where each index has a schema of its own."""
    postgres.sql("CREATE DATABASE contracts")
    postgres.sql("CREATE EXTENSION vector", "contracts")
    return postgres.address("contracts")


@pytest.fixture(params=["exact", "local", pytest.param("postgres", marks=pytest.mark.cluster)])
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Makes an index of each kind over the same contents; the exact one is held to it all too."""
    opened: list[Index] = []

    def open_one(contents: IndexContents) -> Index:
        index: Index
        if request.param == "exact":
            index = ExactIndex(contents)
        elif request.param == "postgres":
            address = request.getfixturevalue("contracts_address")
            schema = f"contract{next(_NUMBERS)}"
            _, index = publish(DatabaseBuilds(f"{address}?schema={schema}", tmp_path, 1), contents)
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
