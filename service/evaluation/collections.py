"""A judged collection in BEIR's form: `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` in a folder.

`qrels.tsv` has a heading line and rows of query id, document id and relevance, divided by tabs;
greater than 0 is relevant.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import InvalidInput

CORPUS = "corpus.jsonl"
_QUERIES = "queries.jsonl"
_JUDGEMENTS = "qrels.tsv"

Judgements = Mapping[str, Mapping[str, int]]
"""Relevance by query id and document id."""


@dataclass(frozen=True, slots=True)
class Collection:
    """The judged queries of a collection, by id, and the documents judged for each."""

    folder: Path
    queries: Mapping[str, str]
    judgements: Judgements

    @property
    def relevant(self) -> set[str]:
        """The ids of the documents that answer some query."""
        return {
            document
            for judged in self.judgements.values()
            for document, relevance in judged.items()
            if relevance > 0
        }


def read_collection(folder: Path) -> Collection:
    """The queries that have judgements. Raises InvalidInput that names the file and the line."""
    if not (folder / CORPUS).is_file():
        raise InvalidInput(
            f"{folder} has no {CORPUS}",
            f"give a folder with {CORPUS}, {_QUERIES} and {_JUDGEMENTS}, or a questions.jsonl",
        )
    queries = read_queries(folder / _QUERIES)
    judgements = read_judgements(folder / _JUDGEMENTS)
    asked = {query: queries[query] for query in judgements if query in queries}
    if not asked:
        raise InvalidInput(
            f"{folder} has no judged query", f"judge queries of {_QUERIES} in {_JUDGEMENTS}"
        )
    return Collection(folder, asked, {query: judgements[query] for query in asked})


def read_queries(path: Path) -> dict[str, str]:
    """Text by id, of rows with `_id` and `text`. Raises InvalidInput."""
    queries: dict[str, str] = {}
    for place, line in _read_lines(path):
        try:
            row = json.loads(line)
            queries[str(row["_id"])] = str(row["text"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InvalidInput(
                f"{place} is no query: {error!r}", 'write {"_id": "1", "text": "…"} on each line'
            ) from error
    return queries


def read_judgements(path: Path) -> dict[str, dict[str, int]]:
    """Relevance by query and document. Raises InvalidInput."""
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    for place, line in list(_read_lines(path))[1:]:
        try:
            query, document, relevance = line.rstrip("\r").split("\t")
            judged[query][document] = int(relevance)
        except ValueError as error:
            raise InvalidInput(
                f"{place} is no judgement: {error}",
                "write query id, document id and relevance, divided by tabs, below a heading line",
            ) from error
    return dict(judged)


def relevant_only(judgements: Judgements) -> dict[str, set[str]]:
    """The documents that answer each query; those without any are left out."""
    found = {
        query: {document for document, relevance in judged.items() if relevance > 0}
        for query, judged in judgements.items()
    }
    return {query: documents for query, documents in found.items() if documents}


def _read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Each line that is not blank, with its place."""
    try:
        lines: Iterable[str] = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}", "give it in UTF-8") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield f"{path}:{number}", line
