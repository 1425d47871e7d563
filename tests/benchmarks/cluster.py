"""One corpus as files and in PostgreSQL: how fast it is written, asked, and how much it takes.

    python -m tests.benchmarks.cluster [INDEX] [PASSAGES]      # make bench-cluster

Makes PASSAGES (200,000) passages of a real index (of `seeds/`, where none is given), embedded and
in a server of its own on this machine. Prints seconds and rates of COPY, keys and graphs; bytes of
each table; queries in process by stage, their vectors known already; queries over HTTP, encoding
included, of one client and of 20; and how much the graphs find.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.builds import Builds, open_builds
from embeddings.encoders import DEFAULT_ENCODER, load_encoder, load_tokenizer
from embeddings.index.postgres.addresses import read_address
from embeddings.index.postgres.schema import KEYS, Tables
from embeddings.index.postgres.sessions import Session
from embeddings.manifest import Manifest
from service.bench.client import load
from service.bench.figures import Figure, describe_times, make_table
from service.bench.measuring import describe_disk
from service.bench.queries import make_queries
from service.bench.server import make_target, serve
from service.bench.stages import measure_stages
from service.evaluation.remembering import Remembering
from service.query import Query
from service.search import Searcher
from tests.benchmarks.enlarge import enlarge
from tests.cluster import servers

ROOT = Path(__file__).parents[2]
PASSAGES = 200_000
_WARMING, _ASKED, _SERVED = 50, 300, 1_000
_CLIENTS = (1, 20)
_SECONDS = 30.0
_SETTINGS = {
    "shared_buffers": "2GB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "fsync": "on",
}
Say = Callable[[str], None]


class SessionClock:
    """The seconds of a writer's statements, by what they are for."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Watch all sessions meanwhile."""
        copy, execute = Session.copy, Session.execute

        def time_copy(session: Session, table: str, *values: Any) -> int:
            with self._timed(f"COPY into {table.partition('.')[2].partition('_')[0]}"):
                return copy(session, table, *values)

        def time_execute(session: Session, statement: str, *values: object) -> None:
            with self._timed(_name_statement(statement)):
                execute(session, statement, *values)

        with (
            patch.object(Session, "copy", time_copy),
            patch.object(Session, "execute", time_execute),
        ):
            yield

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - started


def _name_statement(statement: str) -> str:
    if "USING hnsw" in statement:
        return "graphs"
    if statement.startswith(("ALTER TABLE", "CREATE INDEX")):
        return "keys"
    return "all else"


def describe_loading(clock: SessionClock, seconds: Mapping[str, float], rows: int) -> list[Figure]:
    """What writing into the database took, and passages a second of it."""
    group = "load into the database"
    copying = {name: took for name, took in clock.seconds.items() if name.startswith("COPY")}
    parts = {
        **copying,
        "COPY, all tables": sum(copying.values()),
        **{name: clock.seconds[name] for name in ("keys", "graphs")},
        **{name: seconds[name] for name in ("writing", "verifying", "all after encoding")},
    }
    return [
        Figure(group, name, took, "s", beside={"passages/s": rows / took if took else 0.0})
        for name, took in parts.items()
    ]


def describe_tables(server: servers.Server, tables: Tables, rows: int) -> Iterator[Figure]:
    """What each table takes with its keys and graphs, largest first."""
    group = "size in the database"
    sizes = {
        name: float(server.sql(f"SELECT pg_total_relation_size('{tables[name]}')")) for name in KEYS
    }
    for name in sorted(sizes, key=lambda name: -sizes[name]):
        beside = {"bytes a passage": sizes[name] / rows}
        yield Figure(group, name, sizes[name] / 1e6, "MB", beside=beside)
    total = sum(sizes.values())
    yield Figure(group, "all tables", total / 1e6, "MB", beside={"bytes a passage": total / rows})


def describe_graphs(named: str, manifest: Manifest) -> Iterator[Figure]:
    """The share of the ten nearest that a search finds, measured when it was built."""
    for name, facts in manifest.vectors.items():
        how = f"{named}, {name}: {facts['kind']}, {facts['probes']} wide"
        yield Figure("recall of the ten nearest", how, facts["recall"], "")


def measure_alone(
    searcher: Searcher, named: str, queries: Sequence[str]
) -> tuple[list[Figure], list[list[str]]]:
    """Percentiles by stage without encoding, and the first ten of each query."""
    searcher._encoder.encode_queries(queries)  # remembered, so that none is encoded below
    measure_stages(searcher, queries[:_WARMING])
    stages = measure_stages(searcher, queries[_WARMING:])
    figures = [
        describe_times(f"query in process, {named}", stage, times)
        for stage, times in stages.items()
        if stage != "encode"
    ]
    asked = (searcher.search(Query(query)).hits for query in queries[_WARMING:])
    return figures, [[hit.stored.passage.id for hit in hits] for hits in asked]


def measure_served(index: str, named: str, queries: Sequence[str]) -> Iterator[Figure]:
    """What clients see of one process, with encoding."""
    targets = [make_target(query) for query in queries]
    with serve(index, 1, "") as server:
        load(server.host, server.port, targets[:_WARMING], 1, _SECONDS)
        for at, clients in enumerate(_CLIENTS):
            own = targets[_WARMING + at * _SERVED : _WARMING + (at + 1) * _SERVED]
            seen = load(server.host, server.port, own, clients, _SECONDS)
            name = f"{named}, {clients} client" + ("s" if clients > 1 else "")
            yield describe_times("query over HTTP", name, seen.milliseconds)
            refused = {"refused": seen.refused} if seen.refused else {}
            yield Figure("throughput over HTTP", name, seen.rate, "/s", beside=refused)


def measure_both(
    names: Mapping[str, str], builds: Mapping[str, Builds], say: Say
) -> Iterator[Figure]:
    """Each index asked the same: in process, then over HTTP; and whether they answer alike."""
    queries = make_queries(builds["embedded"], _WARMING + _ASKED + len(_CLIENTS) * _SERVED)
    firsts = []
    for named, own in builds.items():
        say(f"asking: {named}")
        manifest, index = own.open()
        yield from describe_graphs(named, manifest)
        encoder = Remembering(load_encoder(manifest.encoder["name"]))
        with closing(Searcher(manifest, index, encoder)) as searcher:
            figures, found = measure_alone(searcher, named, queries[: _WARMING + _ASKED])
        yield from figures
        firsts.append(found)
    shared = [len({*one} & {*other}) / max(1, len(one)) for one, other in zip(*firsts, strict=True)]
    yield Figure(
        "agreement", "of the first ten, share that both have", sum(shared) / len(shared), ""
    )
    for named, name in names.items():
        say(f"serving: {named}")
        yield from measure_served(name, named, queries[_ASKED:])


def find_source(folder: str, home: Path) -> Artifact:
    """The index named, else one of seeds/."""
    if folder:
        return Artifact(Path(folder))
    artifact, encoder = Artifact(home / "seeds"), load_encoder()
    tokenizer = load_tokenizer(DEFAULT_ENCODER)
    build_index([ROOT / "seeds"], artifact, lambda: encoder, tokenizer, DEFAULT_ENCODER)
    return artifact


def main(folder: str, count: int) -> None:
    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    with (
        TemporaryDirectory() as temporary,
        patch.dict(servers._SETTINGS, _SETTINGS),
        servers.provide_programs() as programs,
        servers.run_server(*programs) as server,
    ):
        home = Path(temporary)
        server.sql("CREATE EXTENSION vector")
        names = {"embedded": str(home / "larger"), "PostgreSQL": server.address()}
        builds = {named: open_builds(name, home / "work") for named, name in names.items()}
        source, clock, figures = find_source(folder, home), SessionClock(), list[Figure]()
        for named, target in builds.items():
            say(f"making {count:,} passages: {named}")
            with clock.running():
                manifest, seconds = enlarge(source, target, count)
            if named == "embedded":
                written = seconds["writing"] + seconds["verifying"]
                figures.append(Figure("load into files", "writing and verifying", written, "s"))
                figures += describe_disk(manifest)
        figures += describe_loading(clock, seconds, count)
        schema = read_address(server.address()).schema
        figures += describe_tables(server, Tables(schema, manifest.build), count)
        figures += measure_both(names, builds, say)
        print("\n".join(make_table(figures)))


if __name__ == "__main__":
    given = [one.replace("_", "") if one[:1].isdigit() else one for one in sys.argv[1:]]
    numbers = [int(one) for one in given if one.isdigit()]
    main(next((one for one in given if not one.isdigit()), ""), *(numbers or [PASSAGES]))
