"""The roles of docs/SCALING.md: one builds, one searches and can do no more."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from embeddings.build import build_index
from embeddings.builds import Builds, open_builds
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import DatabaseUnfit
from service.live import Live
from service.query import Query
from tests.cluster.servers import PASSWORD, Server

pytestmark = pytest.mark.cluster
GUIDE = Path(__file__).parents[2] / "docs" / "SCALING.md"
_MARKED = re.compile(r"<!-- roles -->\n```sql\n(.*?)```", re.DOTALL)
Open = Callable[[str], Builds]


@pytest.fixture
def roles(postgres: Server, database_name: str) -> Iterator[dict[str, str]]:
    """What the guide sets up, in a database of the test's; roles belong to the whole server."""
    names = {role: f"{database_name}_{role}" for role in ("builder", "searcher")}
    found = _MARKED.search(GUIDE.read_text(encoding="utf-8"))
    assert found is not None
    statements = found[1].replace("library", database_name)
    for role, name in names.items():
        statements = statements.replace(f"winnow_{role}", name)
        statements += f"ALTER ROLE {name} PASSWORD '{PASSWORD}';"
    postgres.sql(statements, database_name)
    yield names
    for name in names.values():
        postgres.sql(f"DROP OWNED BY {name}", database_name)
        postgres.sql(f"DROP ROLE {name}")


@pytest.fixture
def open_as(postgres: Server, database_name: str, roles: dict[str, str], tmp_path: Path) -> Open:
    """The builds as one of the roles sees them."""

    def open_one(role: str) -> Builds:
        who = f"{roles[role]}:{quote(PASSWORD, safe='')}"
        return open_builds(f"postgresql://{who}@{postgres.place}/{database_name}", tmp_path)

    return open_one


def _build(folder: Path, builds: Builds) -> str:
    encoder = HashingEncoder()
    return build_index([folder], builds, lambda: encoder, encoder, "hashing").manifest.build


def test_what_the_builder_builds_the_searcher_finds(open_as: Open, tiny_corpus: Path) -> None:
    _build(tiny_corpus, open_as("builder"))
    live = Live(open_as("searcher"), lambda name: HashingEncoder())
    assert live.open().search(Query("honey bees")).hits
    live.close()


def test_the_searcher_finds_later_builds_too(open_as: Open, tiny_corpus: Path) -> None:
    _build(tiny_corpus, open_as("builder"))
    builds = open_as("searcher")
    live = Live(builds, lambda name: HashingEncoder())
    live.open()
    (tiny_corpus / "new.txt").write_text("Otters hold hands while they sleep on the water.\n")
    later = _build(tiny_corpus, open_as("builder"))
    assert builds.verify(later).build == later
    live.settle(60)
    assert live.searcher.manifest.build == later
    assert "Otters" in live.searcher.search(Query("otters")).hits[0].stored.passage.text
    live.close()


def test_the_searcher_cannot_build_or_roll_back(open_as: Open, tiny_corpus: Path) -> None:
    first = _build(tiny_corpus, open_as("builder"))
    (tiny_corpus / "new.txt").write_text("Otters hold hands while they sleep on the water.\n")
    live = _build(tiny_corpus, open_as("builder"))
    searcher = open_as("searcher")
    (tiny_corpus / "newer.txt").write_text("A heron stands still for an hour and then strikes.\n")
    with pytest.raises(DatabaseUnfit, match="may not do this"):
        _build(tiny_corpus, searcher)
    with pytest.raises(DatabaseUnfit, match="may not do this"):
        searcher.rollback()
    assert open_as("builder").live_id() == live
    assert open_as("builder").rollback() == first


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE winnow.live SET build = 'another'",
        "DELETE FROM winnow.builds",
        "DROP TABLE winnow.live",
        "CREATE TABLE winnow.own (id int)",
        "CREATE TABLE public.own (id int)",
        "CREATE SCHEMA own",
        "CREATE EXTENSION pg_trgm",
        "CREATE TEMPORARY TABLE own (id int)",
    ],
)
def test_the_searcher_writes_nothing(
    postgres: Server,
    database_name: str,
    roles: dict[str, str],
    open_as: Open,
    tiny_corpus: Path,
    statement: str,
) -> None:
    _build(tiny_corpus, open_as("builder"))
    with pytest.raises(AssertionError, match=r"permission denied|must be owner"):
        postgres.sql(f"SET ROLE {roles['searcher']}; {statement}", database_name)


def test_the_builder_owns_its_schema_and_nothing_else(
    postgres: Server, database_name: str, roles: dict[str, str]
) -> None:
    builder = f"SET ROLE {roles['builder']};"
    for statement in ("CREATE SCHEMA own", "CREATE TABLE public.own (id int)"):
        with pytest.raises(AssertionError, match="permission denied"):
            postgres.sql(f"{builder} {statement}", database_name)


def test_a_role_that_the_guide_does_not_name_is_not_let_in(
    postgres: Server, database_name: str, roles: dict[str, str]
) -> None:
    allowed = postgres.sql(
        f"SELECT has_database_privilege('pg_monitor', '{database_name}', 'CONNECT')"
    )
    assert allowed == "f"
