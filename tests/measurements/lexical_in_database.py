"""How should BM25 weights lie in PostgreSQL? The same weights in three tables, the same queries.

    python -m tests.measurements.lexical_in_database INDEX [QUERIES]

INDEX is a folder of builds. Each query is six terms of a random passage. Of postings in blocks (as
shipped), rows of term, passage and weight, and one `sparsevec` a passage, compared with all:
bytes with keys, seconds to write, p50 and p95 of one query for its 200 best passages, and how many
of the first tens are those of the embedded index. A server of its own is started for it.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from embeddings.artifact import Artifact
from embeddings.index.local import LocalIndex
from embeddings.index.postgres.client import Database, Session
from embeddings.index.postgres.reading import BuildReader
from embeddings.index.postgres.rows import Rows
from embeddings.index.postgres.schema import KEYS, Tables, list_columns
from embeddings.index.postgres.words import Words
from embeddings.records import Postings
from tests.cluster.servers import provide_programs, run_server

DEPTH = 200
_TERMS = 6
_AT_ONCE = 2000
Terms = Mapping[str, float]
Answer = Callable[[Terms], list[int]]


class Blocks:
    """blocks of 4,096 postings (as shipped)"""

    table = "postings_measured"

    def write(self, session: Session, schema: str, postings: Postings, _: int) -> None:
        tables = Tables(schema, "measured")
        (statement,) = (one for one in tables.create(1) if tables["postings"] in one)
        session.execute(statement)
        rows = Rows.postings(SimpleNamespace(_contents=SimpleNamespace(postings=postings)))
        session.copy(tables["postings"], list_columns("postings"), rows)
        session.execute(f"ALTER TABLE {tables['postings']} ADD PRIMARY KEY ({KEYS['postings']})")

    def open(self, database: Database, _: Postings, passages: int) -> Answer:
        reader = BuildReader(database, "measured")
        # New for each query, so that no term is kept from an earlier one.
        return lambda terms: Words(reader, passages).nearest(terms, DEPTH, None).numbers.tolist()


class OneByOne:
    """rows of term, passage, weight"""

    table = "term_passage"

    def write(self, session: Session, schema: str, postings: Postings, _: int) -> None:
        table = f"{schema}.{self.table}"
        session.execute(
            f'CREATE TABLE {table} (term text COLLATE "C" NOT NULL, passage int NOT NULL,'
            " weight real NOT NULL)"
        )
        sizes = np.diff(postings.offsets).tolist()
        terms = (
            term for term, size in zip(postings.terms, sizes, strict=True) for _ in range(size)
        )
        rows = zip(terms, postings.numbers.tolist(), postings.weights.tolist(), strict=True)
        session.copy(table, ["term", "passage", "weight"], rows)
        session.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (term, passage) INCLUDE (weight)")

    def open(self, database: Database, _: Postings, passages: int) -> Answer:
        statement = (
            f"SELECT passage FROM {database.schema}.{self.table} WHERE term = ANY($1::text[])"
            f" GROUP BY passage ORDER BY sum(weight) DESC, passage LIMIT {DEPTH}"
        )
        return lambda terms: [n for (n,) in database.ask([(statement, (list(terms),))])[0]]


class Sparse:
    """one `sparsevec` a passage, all compared"""

    table = "passage_terms"

    def write(self, session: Session, schema: str, postings: Postings, passages: int) -> None:
        table, dimension = f"{schema}.{self.table}", len(postings.terms)
        session.execute(
            f"CREATE TABLE {table} (passage int NOT NULL, terms sparsevec({dimension}))"
        )
        vectors = _list_vectors(postings, passages)
        while some := list(islice(vectors, _AT_ONCE)):
            session.execute(
                f"INSERT INTO {table} SELECT passage, terms::sparsevec"
                " FROM unnest($1::int[], $2::text[]) AS made (passage, terms)",
                [number for number, _ in some],
                [text for _, text in some],
            )
        session.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (passage)")

    def open(self, database: Database, postings: Postings, passages: int) -> Answer:
        slots = {term: slot for slot, term in enumerate(postings.terms)}
        statement = (
            f"SELECT passage FROM {database.schema}.{self.table} ORDER BY"
            f" terms <#> $1::text::sparsevec, passage LIMIT {DEPTH}"
        )

        def answer(terms: Terms) -> list[int]:
            asked = _write_vector([(slots[term] + 1, terms[term]) for term in terms], len(slots))
            return [number for (number,) in database.ask([(statement, (asked,))])[0]]

        return answer


def _list_vectors(postings: Postings, passages: int) -> Iterator[tuple[int, str]]:
    """Each passage with its weights as pgvector writes them; terms count from 1 there."""
    slots = np.repeat(np.arange(len(postings.terms)) + 1, np.diff(postings.offsets))
    order = np.argsort(postings.numbers, kind="stable")
    slots, weights = slots[order], np.asarray(postings.weights)[order]
    bounds = np.searchsorted(postings.numbers[order], np.arange(passages + 1))
    for number in range(passages):
        own = slice(bounds[number], bounds[number + 1])
        pairs = list(zip(slots[own].tolist(), weights[own].tolist(), strict=True))
        yield number, _write_vector(pairs, len(postings.terms))


def _write_vector(weights: Sequence[tuple[int, float]], dimension: int) -> str:
    return f"{{{','.join(f'{slot}:{weight!r}' for slot, weight in weights)}}}/{dimension}"


def read_postings(index: LocalIndex) -> Postings:
    """The weights of an embedded index, terms in the order of their slots."""
    own = index._postings
    rows = own._terms.execute("SELECT term FROM terms ORDER BY slot")
    return Postings([term for (term,) in rows], own._offsets, own._numbers, own._weights)


def make_queries(postings: Postings, passages: int, count: int) -> Iterator[dict[str, float]]:
    """Six terms of a random passage each."""
    chosen = random.Random(1)
    slots = np.repeat(np.arange(len(postings.terms)), np.diff(postings.offsets))
    while count:
        own = slots[postings.numbers == chosen.randrange(passages)].tolist()
        if len(own) >= _TERMS:
            count -= 1
            yield {postings.terms[slot]: 1.0 for slot in chosen.sample(own, _TERMS)}


def measure(
    store: Blocks | OneByOne | Sparse,
    database: Database,
    postings: Postings,
    queries: Sequence[Terms],
    passages: int,
) -> tuple[list[float], list[float], list[list[int]]]:
    """Bytes and seconds of writing; the milliseconds of each query, and its first ten."""
    table = f"{database.schema}.{store.table}"
    with database.session() as session:
        started = time.perf_counter()
        store.write(session, database.schema, postings, passages)
        took = time.perf_counter() - started
        session.execute(f"VACUUM ANALYZE {table}")
        size = session.fetch("SELECT pg_total_relation_size($1)", table)[0][0]
    answer = store.open(database, postings, passages)
    found, times = [], []
    for terms in queries:
        started = time.perf_counter()
        found.append(answer(terms)[:10])
        times.append(1000 * (time.perf_counter() - started))
    return [size, took], times, found


def main(folder: Path, count: int) -> None:
    _, index = Artifact(folder).open()
    postings, passages = read_postings(index), index.passage_count
    queries = list(make_queries(postings, passages, count))
    expected = [index.lexical(terms, DEPTH).numbers.tolist()[:10] for terms in queries]
    index.close()
    print(
        f"{passages:,} passages, {len(postings.terms):,} terms, {len(postings.numbers):,} postings"
    )
    print("\n| table | MB | bytes a passage | s to write | p50 ms | p95 ms | same first ten |")
    print("|---|---|---|---|---|---|---|")
    with provide_programs() as programs, run_server(*programs) as server:
        server.sql("CREATE EXTENSION vector; CREATE SCHEMA winnow")
        database = Database(server.address())
        for store in (Blocks(), OneByOne(), Sparse()):
            (size, took), times, found = measure(store, database, postings, queries, passages)
            same = sum(map(list.__eq__, found, expected)) / count
            p50, p95 = np.percentile(times, (50, 95))
            told = f"{size / 1e6:.1f} | {size / passages:,.0f} | {took:.1f}"
            print(f"| {store.__doc__} | {told} | {p50:.2f} | {p95:.2f} | {same:.0%} |", flush=True)
        database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100)
