"""One query in process: Winnow against SentenceTransformer.encode, FAISS flat and plain Python.

    python -m tests.benchmarks.in_process [--index DIR]

The same index, queries and weights in one run, turn by turn, so that whatever else the machine does
slows both. Prints a Markdown table: milliseconds of each, and their ratio.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from embeddings.artifact import Artifact
from embeddings.encoders import DEFAULT_ENCODER
from service.bench.queries import make_queries
from service.cli.opening import choose_index, make_live
from service.query import Query
from service.search import Searcher
from service.settings import Settings
from tests.benchmarks.straightforward import Search, open_search
from tests.benchmarks.texts import find_model, write_texts

QUERIES, WARMING = 300, 20


def time_both(searcher: Searcher, plain: Search, queries: list[str]) -> np.ndarray:
    """Milliseconds of each query by Winnow and by the other, after some that do not count."""
    times = []
    for query in queries:
        started = time.perf_counter()
        searcher.search(Query(query))
        between = time.perf_counter()
        plain.search(query)
        times.append((between - started, time.perf_counter() - between))
    return 1000 * np.array(times[WARMING:])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--index", default="", help="an index made with the default encoder")
    settings = Settings(index=parser.parse_args(arguments).index)
    artifact = Artifact(Path(choose_index(settings)))
    searcher = make_live(artifact, settings).open()
    if searcher.manifest.encoder["name"] != DEFAULT_ENCODER:
        sys.exit(f"needs an index made with {DEFAULT_ENCODER}")
    with tempfile.TemporaryDirectory() as folder:
        count = write_texts(artifact, Path(folder))
        plain = open_search(Path(folder), str(find_model()))
    times = time_both(searcher, plain, make_queries(artifact, WARMING + QUERIES))
    searcher.close()
    p50, p95 = np.percentile(times, (50, 95), axis=0)
    print(f"| one query, in process, {count:,} passages | p50 ms | p95 ms |\n|---|---|---|")
    for name, middle, high in zip(("Winnow", "straightforward"), p50, p95, strict=True):
        print(f"| {name} | {middle:.2f} | {high:.2f} |")
    print(f"\nWinnow takes {p50[0] / p50[1]:.3f} of the other's p50.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
