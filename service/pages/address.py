"""The address of a list of hits: the whole state of its page, read and written.

What is left at its default is not named in an address, so that one state has one address.
"""

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query as Parameter

from embeddings.records import Filter
from service.query import DEEPEST, Query

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
        return f"/?{urlencode(self.parameters)}" if self.parameters else "/"

    @property
    def twin(self) -> str:
        """The same as JSON."""
        return f"/api/search?{urlencode(self.parameters | {'facets': 'true'})}"

    def change(self, **values: str) -> str:
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
        asked = replace(self, offset=0).parameters | {"k": k, "format": form}
        return f"/api/search/export?{urlencode(asked)}"

    def find(self, document_id: str, passage_id: str, rank: int | None = None) -> str:
        """A passage in its document, as the hit of that rank in this list."""
        asked = replace(self, offset=0).parameters | ({"hit": rank} if rank else {})
        parameters = f"?{urlencode(asked)}" if asked else ""
        return f"/documents/{document_id}{parameters}#{passage_id}"

    def make_query(self) -> Query:
        """The question that the page asks. Raises InvalidInput, which names the field."""
        return Query(
            self.q,
            HITS_A_PAGE,
            self.offset,
            self.mode,
            filter=self.filter,
            sort=self.sort,
            facets=True,
        )


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
    )
