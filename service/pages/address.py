"""The address of a list of hits: the whole state of its page, read and written.

What is left at its default is not named in an address, so that one state has one address.
"""

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query as Parameter

from embeddings.errors import InvalidInput
from embeddings.records import Filter
from service.operators import Understood, read_operators
from service.query import DEEPEST, MOST_LIKED, Query
from service.typed import read_typed

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
    syntax: str = "operators"
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether there is something to search for."""
        return bool(self.q.strip() or self.like)

    @property
    def is_unread(self) -> bool:
        """Whether there are operators in the question and they are left as they are."""
        return self.syntax == "plain" and replace(self, syntax="operators").has_operators

    @property
    def has_operators(self) -> bool:
        """Whether operators are read in the question; where they contradict each other, too."""
        try:
            return self.syntax == "operators" and read_operators(self.q).has_operators
        except InvalidInput:
            return True

    @property
    def understood(self) -> Understood:
        """What is read out of the question; nothing where it is taken as it is, or has a fault."""
        try:
            return read_operators(self.q) if self.syntax == "operators" else Understood(self.q)
        except InvalidInput:
            return Understood(self.q)

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
    def api_parameters(self) -> dict[str, Any]:
        """The same for the API, which reads operators only where it is told to."""
        asked = {name: one for name, one in self.parameters.items() if name != "syntax"}
        return asked | ({"syntax": "operators"} if self.has_operators else {})

    @property
    def twin(self) -> str:
        """The same as JSON."""
        return f"/api/search?{urlencode(self.api_parameters | {'facets': 'true'}, doseq=True)}"

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
        asked = replace(self, offset=0).api_parameters | {"k": k, "format": form}
        return f"/api/search/export?{urlencode(asked, doseq=True)}"

    def find(self, document_id: str, passage_id: str, rank: int | None = None) -> str:
        """A passage in its document, as the hit of that rank in this list."""
        asked = replace(self, offset=0).parameters | ({"hit": rank} if rank else {})
        parameters = f"?{urlencode(asked, doseq=True)}" if asked else ""
        return f"/documents/{document_id}{parameters}#{passage_id}"

    def lean(self, way: str, passage_id: str) -> str:
        """The same list, leaning to a passage (`like`) or away from it (`unlike`); "" if full."""
        ways = {
            name: tuple(one for one in getattr(self, name) if one != passage_id)
            for name in ("like", "unlike")
        }
        ways[way] += (passage_id,)
        return self.change(**ways) if len(ways[way]) <= MOST_LIKED else ""

    def make_query(self) -> Query:
        """The question that the page asks. Raises InvalidInput, which names the field."""
        how: dict[str, Any] = {
            "k": HITS_A_PAGE,
            "offset": self.offset,
            "mode": self.mode,
            "sort": self.sort,
            "facets": True,
            "like": self.like,
            "unlike": self.unlike,
        }
        if self.syntax == "plain":
            return Query(self.q, filter=self.filter, **how)
        return read_typed(self.q, self.filter, **how)


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
    syntax: str = "",
    like: Annotated[tuple[str, ...], Parameter()] = (),
    unlike: Annotated[tuple[str, ...], Parameter()] = (),
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
        "plain" if syntax == "plain" else "operators",
        tuple(filter(str.strip, like)),
        tuple(filter(str.strip, unlike)),
    )
