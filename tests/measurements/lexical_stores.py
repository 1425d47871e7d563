"""Where should BM25 weights lie? The same weights in three stores, the same queries, side by side.

    python -m tests.measurements.lexical_stores PASSAGES.jsonl.gz [QUERIES]

A row of the file has a `text`. Each query is six terms of a random passage. Needs `bm25s` (not
among the project's requirements) for its row of the table. Prints a Markdown table: median and 99th
percentile of one query for its 200 best passages, size on disk, and whether the answers agree.
"""

import gzip
import json
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median, quantiles

import numpy as np

from embeddings.analysis import K1, B, find_terms
from embeddings.index.postings import PostingsFile, write_postings
from embeddings.records import Postings
from tests.embeddings.building import weigh_terms

DEPTH = 200
Answer = Callable[[Mapping[str, float]], list[int]]


def main(path: Path, query_count: int) -> None:
    texts = [find_terms(text) for text in _read_texts(path)]
    queries = list(_make_queries(texts, query_count))
    started = time.perf_counter()
    postings = weigh_terms(texts)
    weighing = time.perf_counter() - started
    print(
        f"{len(texts):,} passages, {len(postings.terms):,} terms, {len(postings.numbers):,} ",
        end="",
    )
    print(f"postings, weighed in {weighing:.1f} s; {len(queries)} queries of six terms\n")
    print("| store | p50 ms | p99 ms | MB on disk | same first ten as mapped arrays |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        expected = _measure(_open_arrays, Path(folder, "arrays"), texts, postings, queries, None)
        _measure(_open_table, Path(folder, "table"), texts, postings, queries, expected)
        _measure(_open_bm25s, Path(folder, "bm25s"), texts, postings, queries, expected)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"\npeak memory of the whole measurement: {peak:,} MB")


def _read_texts(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def _make_queries(texts: list[list[str]], count: int) -> Iterator[dict[str, float]]:
    chosen = random.Random(1)
    while count:
        terms = sorted(set(chosen.choice(texts)))
        if len(terms) >= 6:
            count -= 1
            yield dict.fromkeys(chosen.sample(terms, 6), 1.0)


def _measure(
    open_store: Callable[[Path, list[list[str]], Postings], Answer],
    folder: Path,
    texts: list[list[str]],
    postings: Postings,
    queries: list[dict[str, float]],
    expected: list[list[int]] | None,
) -> list[list[int]]:
    folder.mkdir()
    try:
        answer = open_store(folder, texts, postings)
    except ImportError as error:
        print(f"| {open_store.__doc__} | not installed: {error.name} | | | |")
        return []
    answers, times = [], []
    for query in queries:
        started = time.perf_counter()
        answers.append(answer(query))
        times.append(1000 * (time.perf_counter() - started))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    same = sum(a[:10] == b[:10] for a, b in zip(answers, expected or answers, strict=True))
    p99 = quantiles(times, n=100)[98]
    print(
        f"| {open_store.__doc__} | {median(times):.2f} | {p99:.2f} | {size:.0f} "
        f"| {same / len(queries):.1%} |"
    )
    return answers


def _open_arrays(folder: Path, texts: list[list[str]], postings: Postings) -> Answer:
    """arrays mapped into memory, NumPy (embeddings/index/postings.py)"""
    write_postings(folder, postings)
    opened = PostingsFile(folder, len(texts))
    return lambda query: opened.nearest(query, DEPTH).numbers.tolist()


def _open_table(folder: Path, texts: list[list[str]], postings: Postings) -> Answer:
    """a postings table in SQLite"""
    database = sqlite3.connect(folder / "postings.sqlite")
    database.execute("CREATE TABLE terms (term TEXT PRIMARY KEY, slot INTEGER) WITHOUT ROWID")
    database.execute(
        "CREATE TABLE postings (slot INTEGER, number INTEGER, weight REAL,"
        " PRIMARY KEY (slot, number)) WITHOUT ROWID"
    )
    database.executemany(
        "INSERT INTO terms VALUES (?, ?)", ((term, i) for i, term in enumerate(postings.terms))
    )
    slots = np.repeat(np.arange(len(postings.terms)), np.diff(postings.offsets))
    database.executemany(
        "INSERT INTO postings VALUES (?, ?, ?)",
        zip(slots.tolist(), postings.numbers.tolist(), postings.weights.tolist(), strict=True),
    )
    database.commit()

    def answer(query: Mapping[str, float]) -> list[int]:
        marks = ", ".join("?" * len(query))
        rows = database.execute(
            "SELECT number FROM postings WHERE slot IN"
            f" (SELECT slot FROM terms WHERE term IN ({marks}))"
            f" GROUP BY number ORDER BY sum(weight) DESC, number LIMIT {DEPTH}",
            list(query),
        )
        return [number for (number,) in rows]

    return answer


def _open_bm25s(folder: Path, texts: list[list[str]], postings: Postings) -> Answer:
    """bm25s, memory-mapped"""
    import bm25s

    made = bm25s.BM25(method="lucene", k1=K1, b=B)
    made.index(texts, show_progress=False)
    made.save(str(folder))
    opened = bm25s.BM25.load(str(folder), mmap=True)

    def answer(query: Mapping[str, float]) -> list[int]:
        found, _ = opened.retrieve([list(query)], k=DEPTH, show_progress=False)
        return [int(number) for number in found[0]]

    return answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 300)
