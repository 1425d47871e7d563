"""The address of a list of hits: the whole state of its page, read and written.

What is left at its default is not named in an address, so that one state has one address.
"""

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Query as Parameter

from embeddings.records import Filter
from service.operators import Part, find_operators, read_operators
from service.query import DEEPEST, MOST_EXAMPLES, Query

HITS_A_PAGE = 10


@dataclass(frozen=True, slots=True)
class Address:
    """What is asked, and how. Values are as they came, checked when the query is made."""

    q: str = ""
    source: str = ""
    language: str = ""
    after: str = ""
    before: str = ""
    mode: str = "hybrid"
    sort: str = "score"
    offset: int = 0
    build: str = ""
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    syntax: str = "operators"

    @property
    def asks(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.q.strip() or self.like)

    @property
    def operators(self) -> list[Part]:
        """What the question holds besides words, where it is read for that."""
        return list(find_operators(self.q)) if self.syntax == "operators" else []

    @property
    def filter(self) -> Filter:
        return Filter(
            self.source or None, self.language or None, self.after or None, self.before or None
        )

    @property
    def parameters(self) -> dict[str, Any]:
        """What differs from the default."""
        default = asdict(Address())
        return {name: value for name, value in asdict(self).items() if value != default[name]}

    @property
    def page(self) -> str:
        """The page itself."""
        return f"/?{urlencode(self.parameters, doseq=True)}" if self.parameters else "/"

    @property
    def twin(self) -> str:
        """The same as JSON."""
        return f"/api/search?{urlencode(self._ask() | {'facets': 'true'}, doseq=True)}"

    def _ask(self) -> dict[str, Any]:
        """The parameters as the API has them, which takes a question as it is if not told."""
        parameters = self.parameters
        parameters.pop("syntax", None)
        return parameters | ({"syntax": "operators"} if self.operators else {})

    def prefer(self, **examples: str) -> str:
        """The page with one more example: `like` or `unlike`, and no longer the other."""
        ((name, one),) = examples.items()
        both = {own: tuple(x for x in getattr(self, own) if x != one) for own in ("like", "unlike")}
        return self.change(**both | {name: (*both[name], one)})

    def forget(self, one: str) -> str:
        """The page without an example."""
        return self.change(
            like=tuple(x for x in self.like if x != one),
            unlike=tuple(x for x in self.unlike if x != one),
        )

    def drop(self, part: Part) -> str:
        """The page without an operator, whose place in the question closes."""
        return self.change(q=" ".join(f"{self.q[: part.start]} {self.q[part.end :]}".split()))

    def change(self, **values: Any) -> str:
        """The page with other values, from its beginning."""
        return replace(self, offset=0, **values).page

    def turn(self, offset: int) -> str:
        """The same list from another place on."""
        return replace(self, offset=offset).page

    def around(self, rank: int) -> str:
        """The page of the list that holds a rank."""
        return self.turn((rank - 1) // HITS_A_PAGE * HITS_A_PAGE)

    def export(self, form: str, k: int) -> str:
        """The first k hits as a file."""
        asked = replace(self, offset=0)._ask() | {"k": k, "format": form}
        return f"/api/search/export?{urlencode(asked, doseq=True)}"

    def find(self, document_id: str, passage_id: str, rank: int | None = None) -> str:
        """A passage in its document, as the hit of that rank in this list."""
        asked = replace(self, offset=0).parameters | ({"hit": rank} if rank else {})
        parameters = f"?{urlencode(asked, doseq=True)}" if asked else ""
        return f"/documents/{document_id}{parameters}#{passage_id}"

    def make_query(self) -> Query:
        """The question that the page asks. Raises InvalidInput, which names the field."""
        query = Query(
            self.q,
            HITS_A_PAGE,
            self.offset,
            self.mode,
            filter=self.filter,
            sort=self.sort,
            facets=True,
            like=self.like,
            unlike=self.unlike,
        )
        return read_operators(query) if self.operators else query


def read_address(
    q: str = "",
    source: Annotated[str, Parameter(max_length=1000)] = "",
    language: str = "",
    after: str = "",
    before: str = "",
    mode: str = "hybrid",
    sort: str = "score",
    offset: Annotated[int, Parameter(ge=0, le=DEEPEST - HITS_A_PAGE)] = 0,
    build: Annotated[str, Parameter(max_length=64)] = "",
    like: Annotated[list[str], Parameter(max_length=MOST_EXAMPLES)] = [],  # noqa: B006
    unlike: Annotated[list[str], Parameter(max_length=MOST_EXAMPLES)] = [],  # noqa: B006
    syntax: Literal["", "plain", "operators"] = "operators",
) -> Address:
    """From the parameters of a request; a form sends those left empty too."""
    return Address(
        q,
        source.strip(),
        language.strip(),
        after.strip(),
        before.strip(),
        mode or "hybrid",
        sort or "score",
        offset,
        build,
        tuple(filter(str.strip, dict.fromkeys(like))),
        tuple(filter(str.strip, dict.fromkeys(unlike))),
        syntax or "operators",
    )
