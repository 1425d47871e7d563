"""Graphs of near vectors (HNSW): made once a table is full, and measured against all vectors."""

from collections.abc import Iterator

import numpy as np

from embeddings.index import VectorFacts
from embeddings.index.files import QUERIES, make_queries
from embeddings.index.postgres.client import Session
from embeddings.index.postgres.schema import Tables
from embeddings.projection import choose_evenly
from embeddings.records import IndexContents, Vectors

FLAT = 5_000
"""Up to so many rows all are compared."""
_BREADTHS = (200, 400, 800, 1000)  # pgvector takes no more
_LINKS, _EFFORT = 16, 128  # of each row; rows looked at to find them
_NEAREST = 10
_ROWS_AT_ONCE = 50_000
_SLACK = 1e-3  # what half precision may add to a product, or take away


def make_graphs(
    session: Session, tables: Tables, contents: IndexContents, least_recall: float, flat: int = FLAT
) -> dict[str, VectorFacts]:
    """Graphs of passages and sentences where there are more than `flat`, as wide as is needed."""
    vectors = {"passages": contents.passage_vectors, "sentences": contents.sentence_vectors}
    others = {"passages": "sentences", "sentences": "passages"}
    facts = {}
    for name, own in vectors.items():
        if len(own) <= flat or least_recall >= 1:
            facts[name] = VectorFacts("flat", len(own), 1.0)
            continue
        session.execute(
            f"CREATE INDEX ON {tables[name]} USING hnsw (vector halfvec_ip_ops)"
            f" WITH (m = {_LINKS}, ef_construction = {_EFFORT})"
        )
        other = vectors[others[name]]
        queries = make_queries(other[choose_evenly(len(other), QUERIES)])
        breadth, recall = _choose_breadth(session, tables[name], own, queries, least_recall)
        facts[name] = VectorFacts("graph", len(own), recall, probes=breadth)
    return facts


def _choose_breadth(
    session: Session, table: str, vectors: Vectors, queries: Vectors, least: float
) -> tuple[int, float]:
    """The least breadth that finds enough of the nearest, else the greatest; and what it finds."""
    floors = [float(products[-1]) - _SLACK for products in _find_products(vectors, queries)]
    recall, breadth = 0.0, 0
    for breadth in _BREADTHS:
        session.execute(f"SET hnsw.ef_search = {breadth}")
        found = [
            sum(-product >= floor for (product,) in _search(session, table, query))
            for query, floor in zip(queries, floors, strict=True)
        ]
        wanted = min(_NEAREST, len(vectors)) * len(queries)
        recall = sum(found) / wanted
        if recall >= least:
            break
    return breadth, round(recall, 4)


def _search(session: Session, table: str, query: Vectors) -> Iterator[tuple[float]]:
    for row in session.fetch(
        f"SELECT vector <#> $1 AS product FROM {table} ORDER BY product LIMIT {_NEAREST}",  # nosec B608  # our own names
        query,
    ):
        yield (float(row[0]),)


def _find_products(vectors: Vectors, queries: Vectors) -> Vectors:
    """The products of each query with its nearest vectors, greatest first [queries, nearest]."""
    best = np.full((len(queries), 0), -np.inf, dtype=np.float32)
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        some = np.asarray(vectors[start : start + _ROWS_AT_ONCE])
        best = _keep_best(np.concatenate([best, queries @ some.T], axis=1))
    return best


def _keep_best(products: Vectors) -> Vectors:
    kept: Vectors = -np.sort(-products, axis=1)[:, :_NEAREST]
    return kept
