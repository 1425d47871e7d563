"""From a hit to the hits before and after it in its list, wherever they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from embeddings.errors import InvalidInput
from service.pages.address import Address
from service.pages.views import Piece, view_hit
from service.query import DEEPEST
from service.search import Hit, Searcher


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A hit to go to."""

    title: str
    link: str


@dataclass(frozen=True, slots=True)
class Following:
    """A place in a list: its rank of so many, what lies on either side, what is marked here."""

    rank: int
    total: int
    before: Neighbour | None
    after: Neighbour | None
    marked: Mapping[str, Sequence[Piece]] = field(default_factory=dict)


def follow_hits(searcher: Searcher, address: Address, rank: int | None) -> Following | None:
    """The place of a hit in the list of an address; None where no hit was followed.

    An address that cannot be searched was made by hand: the document is shown all the same.
    """
    if rank is None or not address.asks:
        return None
    first = max(rank - 1, 1)
    k = min(3, DEEPEST - first + 1)
    try:
        query = replace(address.make_query(), facets=False, offset=first - 1, k=k)
    except InvalidInput:
        return None
    results = searcher.search(query)
    hits = {hit.rank: hit for hit in results.hits}
    here = hits.get(rank)
    return Following(
        rank=rank,
        total=min(results.total, DEEPEST),
        before=_lead_to(hits.get(rank - 1), address),
        after=_lead_to(hits.get(rank + 1), address),
        marked={here.stored.passage.id: view_hit(here, results).pieces} if here else {},
    )


def _lead_to(hit: Hit | None, address: Address) -> Neighbour | None:
    if hit is None:
        return None
    passage = hit.stored.passage
    return Neighbour(hit.stored.title, address.find(passage.document_id, passage.id, hit.rank))
