"""Saved searches: a TOML file with a table for each, or a `.jsonl` file with an object for each."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from embeddings.errors import InvalidInput
from embeddings.records import Filter
from service.escaping import join_line
from service.query import MOST_HITS, Query

_FILTERS = ("source", "language", "after", "before")
_TEXTS = ("name", "question", *_FILTERS, "mode")
FIELDS = (*_TEXTS, "min_confidence")
_HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")  # JSON lets it through, and nothing can show it
_EXAMPLE = 'write each as:  [[search]]  then a line below it:  question = "…"'


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A question that is asked again and again, under a name of its own."""

    name: str
    query: Query

    @property
    def identity(self) -> dict[str, Any]:
        """What makes it another search when it is changed: all but its name."""
        query = self.query
        return {
            "question": query.text,
            "mode": query.mode,
            "min_confidence": query.min_confidence,
            **asdict(query.filter),
        }


def read_searches(path: Path) -> list[SavedSearch]:
    """The searches of a file, in their order. Raises InvalidInput that names file and place."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidInput(
            f"the searches cannot be read from {path}: {reason or error}",
            f"name a file of searches; {_EXAMPLE}",
        ) from error
    tables = _read_lines(path, text) if path.suffix == ".jsonl" else _read_tables(path, text)
    searches = [_read_search(path, number, table) for number, table in enumerate(tables, start=1)]
    if not searches:
        raise InvalidInput(f"{path} holds no search", _EXAMPLE)
    _refuse_namesakes(path, searches)
    return searches


def _read_tables(path: Path, text: str) -> Sequence[Any]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{path} is not TOML: {error}", _EXAMPLE) from error
    other = sorted(content.keys() - {"search"})
    tables = content.get("search", [])
    if other or not isinstance(tables, list):
        where = f"has {other[0]!r} outside of a search" if other else "has [search]"
        raise InvalidInput(f"{path} {where}", f"{_EXAMPLE} (two brackets on each side)")
    return tables


def _read_lines(path: Path, text: str) -> Sequence[Any]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                found.append(json.loads(line))
            except ValueError as error:
                raise InvalidInput(
                    f"{path}, line {number} is not JSON: {error}", "write an object on each line"
                ) from error
    return found


def _read_search(path: Path, number: int, table: Any) -> SavedSearch:
    where = f"{path}, search {number}"
    if not isinstance(table, Mapping):
        raise InvalidInput(f"{where} is {table!r}", _EXAMPLE)
    for field in table:
        if field not in FIELDS:
            raise InvalidInput(f"{where} has {field!r}", f"it may have: {', '.join(FIELDS)}")
    given = {field: _read_value(where, field, value) for field, value in table.items()}
    question = given.get("question", "")
    try:
        query = Query(
            question,
            k=MOST_HITS,
            mode=given.get("mode", "hybrid"),
            min_confidence=given.get("min_confidence", 0.0),
            filter=Filter(**{name: given[name] for name in _FILTERS if name in given}),
        )
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error.message}", error.hint) from error
    return SavedSearch(join_line(given.get("name", "")) or join_line(question), query)


def _read_value(where: str, field: str, value: Any) -> Any:
    """Dates and years may stand without quotes, as TOML has them."""
    if field in ("after", "before") and type(value) in (date, int):
        return str(value)
    if field == "min_confidence" and type(value) in (int, float):
        return float(value)
    if field in _TEXTS and isinstance(value, str) and not _HALF_A_PAIR.search(value):
        return value
    wanted = "a text in quotes" if field in _TEXTS else "a number from 0 to 1"
    raise InvalidInput(f"{where}: {field} is {value!r}", f"give {wanted}")


def _refuse_namesakes(path: Path, searches: Sequence[SavedSearch]) -> None:
    """What was told of a search is kept by its name."""
    (name, count), *_ = Counter(search.name for search in searches).most_common(1)
    if count > 1:
        raise InvalidInput(
            f"{path} has {count} searches named {name!r}", 'give each its own: name = "…"'
        )
