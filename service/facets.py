"""How many of the answers each value of a filter would leave: by source, language and year.

What is counted are the passages that may answer, under every filter but the one that is counted,
so that each number is what the list shows once its value is chosen. A passage counts wherever it
stands, in the documents of its repeats too, as filters have it. Pure functions.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from embeddings.index.filtering import Standing, passes
from embeddings.records import Filter

COUNTED = 100
"""Up to so many answers the candidates hold all of them; beyond it a count may be short. Checked on
scifact, one-word queries included, where 182 is the first count that was."""

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "source": ("source",),
    "language": ("language",),
    "year": ("after", "before"),
}


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one filter, commonest first, and how many answers each would leave.

    `answers` is how many there are without this filter.
    """

    answers: int
    values: list[tuple[str, int]]


Facets = dict[str, Facet]
_Places = Sequence[Standing]


def count_facets(filter: Filter, find: Callable[[Filter], Sequence[_Places]]) -> Facets:
    """`find` says where each answer under a filter stands; asked once for each that differs."""
    found: dict[Filter, Sequence[_Places]] = {}
    facets = {}
    for name, fields in DIMENSIONS.items():
        loose = replace(filter, **dict.fromkeys(fields))
        if loose not in found:
            found[loose] = find(loose)
        standing = [[one for one in places if passes(loose, *one)] for places in found[loose]]
        facets[name] = Facet(len(standing), _count(name, filter, standing))
    return facets


def _count(name: str, filter: Filter, answers: Sequence[_Places]) -> list[tuple[str, int]]:
    folder = _find_folder(filter.source or "", answers) if name == "source" else ""
    name_value = {
        "source": lambda place: _name_child(place[0], folder),
        "language": lambda place: place[1],
        "year": lambda place: place[2] and place[2][:4],
    }[name]
    counts = Counter(value for places in answers for value in set(map(name_value, places)) if value)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _find_folder(wanted: str, answers: Iterable[_Places]) -> str:
    """The folder whose parts are told apart: the one wanted, or the least that holds them all."""
    sources = [source for places in answers for source, *_ in places]
    folder = f"{wanted.rstrip('/')}/" if wanted else ""
    if not any(source.startswith(folder) for source in sources):
        folder = ""
    while True:
        children = {_name_child(source, folder) for source in sources} - {""}
        if len(children) != 1 or not (only := children.pop()).endswith("/"):
            return folder
        folder = only


def _name_child(source: str, folder: str) -> str:
    """The file, table or folder inside `folder` that a source is or lies in; empty outside it."""
    if not source.startswith(folder):
        return ""
    child, slash, _ = source[len(folder) :].partition("/")
    return f"{folder}{child}/" if slash else _ROW.sub("", source)


_ROW = re.compile(r"#\d+$")
