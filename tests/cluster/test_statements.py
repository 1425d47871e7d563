"""Every statement of a search reads one table, in a form that a sharded database takes too."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from embeddings.build import build_index
from embeddings.builds import Builds, open_builds
from embeddings.encoders.hashing import HashingEncoder
from embeddings.index.postgres import nearest
from embeddings.index.postgres.addresses import read_address
from embeddings.index.postgres.client import Database, Row, Statement
from embeddings.index.postgres.schema import KEYS
from embeddings.records import Filter
from service.query import Query
from service.search import Searcher

pytestmark = pytest.mark.cluster
REGISTRY = ("builds", "live", "version")
# What writes, what brings rows of several shards together other than by sorting and counting, and
# what locks them.
REFUSED = frozenset(
    "JOIN LATERAL WITH UNION INTERSECT EXCEPT OVER WINDOW FOR INSERT UPDATE DELETE MERGE COPY "
    "CREATE ALTER DROP TRUNCATE LOCK CALL DO SET CURSOR TABLESAMPLE".split()
)
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|[A-Za-z_][\w.]*|\S""")
_BEHIND_TABLE = ("WHERE", "GROUP", "ORDER", "LIMIT")


def list_faults(statement: str, schema: str) -> Iterator[str]:
    """What keeps a statement from being spread over shards as it stands."""
    tokens = _TOKEN.findall(statement)
    words = [token.upper() for token in tokens]
    if words[:1] != ["SELECT"] or words.count("SELECT") > 1:
        yield "it is more than one SELECT, or none"
    for word in sorted(REFUSED & set(words)):
        yield f"it says {word}"
    if "DISTINCT" in words and words[words.index("DISTINCT") + 1] == "ON":
        yield "it says DISTINCT ON"
    if words.count("FROM") != 1:
        yield "it reads no table, or several"
        return
    at = words.index("FROM")
    if not _names_a_table(tokens[at + 1], schema):
        yield f"{tokens[at + 1]} is no table of a build"
    if words[at + 2 : at + 3] not in ([], *([word] for word in _BEHIND_TABLE)):
        yield f"behind its table stands {tokens[at + 2]}"


def _names_a_table(name: str, schema: str) -> bool:
    own, _, table = name.partition(".")
    return own == schema and (table in REGISTRY or table.split("_")[0] in KEYS)


@pytest.fixture
def builds(database_address: str, tiny_corpus: Path, tmp_path: Path) -> Builds:
    made = open_builds(database_address, tmp_path)
    encoder = HashingEncoder()
    build_index([tiny_corpus], made, lambda: encoder, encoder, "hashing")
    return made


@pytest.fixture
def asked(builds: Builds, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The text of each statement that is put to the database from now on."""
    noted: list[str] = []
    ask = Database.ask

    def note(
        database: Database, statements: Sequence[Statement], breadth: int = 0
    ) -> list[list[Row]]:
        noted.extend(text for text, _ in statements)
        return ask(database, statements, breadth)

    monkeypatch.setattr(Database, "ask", note)
    return noted


def test_every_statement_of_a_search_reads_one_table(
    builds: Builds, database_address: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, index = builds.open()
    asked.clear()  # opening asks the catalogue too
    builds.live_id()
    searcher = Searcher(manifest, index, HashingEncoder())
    _ask_everything(searcher)
    monkeypatch.setattr(nearest, "FEW", 0)  # as if a filter left many
    _ask_everything(Searcher(manifest, builds.open()[1], HashingEncoder()))
    schema = read_address(database_address).schema
    searched = [text for text in asked if not re.search("pg_catalog|regclass", text)]
    faults = {text: list(list_faults(text, schema)) for text in searched}
    assert {text: found for text, found in faults.items() if found} == {}
    read = {name for name in KEYS for text in searched if f"{schema}.{name}_" in text}
    assert read == set(KEYS)  # else something was not asked for
    searcher.close()


def _ask_everything(searcher: Searcher) -> None:
    """Whatever a page or the API may ask of a Searcher."""
    filters = (Filter(), Filter(source="*.txt"), Filter(language="en"), Filter(after="1900"))
    for filter in filters:
        for mode in ("hybrid", "dense", "lexical"):
            searcher.search(Query("which bees keep heet?", mode=mode, filter=filter, facets=True))
    found = searcher.search(Query("honey bees", sort="date"))
    first = found.hits[0].stored
    searcher.rank(Query("honey bees"))
    searcher.similar(first.passage.id, 3)
    folded = next(place for hit in found.hits for place in hit.stored.also_in)
    searcher.citable(folded.passage_id)
    searcher.documents(0, 10)
    searcher.document(first.passage.document_id)
    searcher.map_points(3)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT a FROM winnow.passages_1 JOIN winnow.documents_1 ON true",
        "SELECT a FROM winnow.passages_1, winnow.documents_1",
        "SELECT a FROM winnow.passages_1 AS own, winnow.documents_1",
        "SELECT a FROM (SELECT 1 FROM winnow.passages_1) AS inner",
        "SELECT a FROM winnow.passages_1 WHERE a IN (SELECT b FROM winnow.folds_1)",
        "SELECT a FROM winnow.passages_1 UNION SELECT a FROM winnow.folds_1",
        "WITH one AS (SELECT 1) SELECT a FROM winnow.passages_1",
        "SELECT DISTINCT ON (a) b FROM winnow.passages_1",
        "SELECT rank() OVER (ORDER BY a) FROM winnow.passages_1",
        "SELECT a FROM winnow.live FOR UPDATE",
        "UPDATE winnow.live SET turn = 1",
        "SELECT a FROM elsewhere.passages_1",
        "SELECT now()",
    ],
)
def test_what_shards_cannot_answer_is_found(statement: str) -> None:
    assert list(list_faults(statement, "winnow"))


def test_a_plain_statement_is_taken() -> None:
    statement = "SELECT number FROM winnow.passages_1 WHERE id = 'a JOIN b' ORDER BY number LIMIT 3"
    assert not list(list_faults(statement, "winnow"))
