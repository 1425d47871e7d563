"""Servers and databases for tests, here and in tests/contracts."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from embeddings.index.postgres.client import Database
from tests.cluster.servers import (
    Cluster,
    Programs,
    Server,
    provide_programs,
    run_cluster,
    run_server,
)

_NUMBERS = count()


@pytest.fixture(scope="session")
def programs() -> Iterator[tuple[Programs, Path]]:
    """PostgreSQL's programs, and a folder for the data of servers."""
    with provide_programs() as found:
        yield found


@pytest.fixture(scope="session")
def postgres(programs: tuple[Programs, Path]) -> Iterator[Server]:
    """A server that tests share: let it run as it is."""
    with run_server(*programs) as running:
        yield running


@pytest.fixture
def database_name(postgres: Server) -> Iterator[str]:
    """A fresh database of that server, with pgvector in it."""
    name = f"test{next(_NUMBERS)}"
    postgres.sql(f"CREATE DATABASE {name}")
    postgres.sql("CREATE EXTENSION vector", name)
    yield name
    postgres.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_address(postgres: Server, database_name: str) -> str:
    """The address of a fresh database."""
    return postgres.address(database_name)


@pytest.fixture
def database(database_address: str) -> Iterator[Database]:
    """A client of a fresh database."""
    client = Database(database_address)
    yield client
    client.close()


@pytest.fixture
def own_server(programs: tuple[Programs, Path]) -> Iterator[Server]:
    """A server that the test may kill."""
    with run_server(*programs) as running:
        yield running


@pytest.fixture
def cluster(programs: tuple[Programs, Path]) -> Iterator[Cluster]:
    """A primary and two standbys, for one test to kill."""
    with run_cluster(*programs) as running:
        running.primary.sql("CREATE EXTENSION vector")
        running.settle()
        yield running


@pytest.fixture(scope="module")
def steady_cluster(programs: tuple[Programs, Path]) -> Iterator[Cluster]:
    """A primary and two standbys that the tests of a file share: leave them as they were."""
    with run_cluster(*programs) as running:
        running.primary.sql("CREATE EXTENSION vector")
        running.settle()
        yield running
