"""The filters of a list as a page shows them: what is chosen, and what else may be, with counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from babel import Locale

from service.facets import COUNTED, DIMENSIONS, Facet, Facets
from service.pages.address import Address

_MOST_SHOWN = 8
_NAMES: Mapping[str, str] = Locale("en").languages
_LABELS = {"source": "Source", "language": "Language", "year": "Year"}
_ORDERS = {"score": "likeliest first", "date": "newest first"}
MODES = {"hybrid": "meaning and words", "dense": "meaning alone", "lexical": "words alone"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to choose, or, where it is chosen already, to let go; `count` answers come of it."""

    label: str
    link: str
    chosen: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The choices of one filter, and how many more there are than are shown."""

    label: str
    choices: list[Choice]
    more: int = 0


def name_language(code: str) -> str:
    """A language's English name, the code itself where it has none."""
    return _NAMES.get(code, code)


def list_languages(address: Address, known: Iterable[str], facets: Facets) -> list[tuple[str, str]]:
    """The languages to choose from, with the name of each and the answers in it."""
    counts = dict(facets["language"].values) if facets else {}
    codes = sorted({*known, *counts, *filter(None, [address.language])}, key=name_language)
    named = [(code, f"{name_language(code)} ({counts.get(code, 0)})") for code in codes]
    if not facets or facets["language"].answers > COUNTED:
        named = [(code, name_language(code)) for code in codes]
    return [("", "any"), *named]


def view_filters(address: Address, facets: Facets) -> list[Group]:
    """The filters with something to choose or to let go."""
    chosen = {
        "source": address.source,
        "language": address.language and name_language(address.language),
        "year": _name_years(address),
    }
    groups = [
        _view_facet(name, facets[name], chosen[name], address) for name in _list_free(address)
    ]
    return [group for group in groups if len(group.choices) > 1 or any_chosen(group)]


def _list_free(address: Address) -> list[str]:
    """The filters that the question itself says nothing of."""
    said = address.understood.fields
    return [name for name in _LABELS if not any(one in said for one in DIMENSIONS[name])]


def any_chosen(group: Group) -> bool:
    return any(choice.chosen for choice in group.choices)


def _view_facet(name: str, facet: Facet, chosen: str, address: Address) -> Group:
    held = [Choice(chosen, _choose(address, name, ""), chosen=True)] if chosen else []
    offered = [
        Choice(_label(name, value), link, count=count if facet.answers <= COUNTED else None)
        for value, count in facet.values
        if (link := _choose(address, name, value)) != address.turn(0)
    ]
    if name == "year":
        offered.sort(key=lambda choice: choice.label, reverse=True)
    return Group(_LABELS[name], held + offered[:_MOST_SHOWN], max(0, len(offered) - _MOST_SHOWN))


def _label(name: str, value: str) -> str:
    return name_language(value) if name == "language" else value


def _choose(address: Address, name: str, value: str) -> str:
    values = {"after": value, "before": value} if name == "year" else {name: value}
    return address.change(**values)


def _name_years(address: Address) -> str:
    first, last = address.after, address.before
    if first and last:
        return first if first == last else f"{first} to {last}"
    return f"from {first}" if first else f"until {last}" if last else ""


def view_orders(address: Address, facets: Facets) -> list[Choice]:
    """The ways to order the list, where there are answers with dates to order."""
    if not facets["year"].values:
        return []
    return [
        Choice(label, address.change(sort=sort), chosen=sort == address.sort)
        for sort, label in _ORDERS.items()
    ]


def find_elsewhere(address: Address, facets: Facets) -> list[Choice]:
    """Each filter whose release would give answers, where the list has none."""
    return [
        Choice(_LABELS[name].lower(), _choose(address, name, ""), count=facet.answers)
        for name in _list_free(address)
        if (facet := facets[name]).answers
    ]
