"""What a question was understood to ask, and what its list leans to, each with a way to undo it."""

from collections.abc import Iterator
from dataclasses import dataclass

from embeddings.errors import NotFound
from embeddings.overview import shorten
from embeddings.records import StoredPassage
from service.operators import drop_operator
from service.pages.address import Address
from service.pages.filters import name_language
from service.search import Searcher
from service.steering import may_be_id

_LONGEST = 60
_LABELS = {
    "phrase": "holds",
    "excluded": "does not hold",
    "source": "source",
    "language": "language",
    "after": "from",
    "before": "until",
}
_WAYS = {"like": "more like", "unlike": "less like"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A thing understood, the address without it, and for a passage the way to it."""

    label: str
    value: str
    undo: str
    passage: str = ""


def view_chips(address: Address, searcher: Searcher) -> list[Chip]:
    """What the list leans to, then the operators of the question in their order."""
    return [*_view_judged(address, searcher), *_view_operators(address)]


def _view_operators(address: Address) -> Iterator[Chip]:
    for kind, value, start, end in address.understood.spans:
        shown = name_language(value) if kind == "language" else value
        quoted = f"“{shown}”" if kind in ("phrase", "excluded") else shown
        rest = drop_operator(address.q, kind, value, start, end)
        yield Chip(_LABELS[kind], quoted, address.change(q=rest))


def _view_judged(address: Address, searcher: Searcher) -> Iterator[Chip]:
    for way, label in _WAYS.items():
        values: tuple[str, ...] = getattr(address, way)
        for value in values:
            undo = address.change(**{way: tuple(one for one in values if one != value)})
            stored = _find(searcher, value)
            if stored is None:
                yield Chip(label, f"“{shorten(value, _LONGEST)}”", undo)
            else:
                text = shorten(f"{stored.title}: {stored.passage.text}", _LONGEST)
                yield Chip(label, text, undo, f"/passages/{stored.passage.id}")


def _find(searcher: Searcher, value: str) -> StoredPassage | None:
    try:
        return searcher.passage(value) if may_be_id(value) else None
    except NotFound:
        return None
