"""The map of a corpus, made ready for its template: where each point lies, its colour, its words.

Across, places are shares of the drawing's width; down, they are pixels, so that the drawing fits
any window while points and letters keep their size.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from embeddings.overview import shorten
from service.pages.views import find_direction
from service.search import Hit, MapPoint, Results, Searcher

MOST_POINTS = 400
COLOURS = 10
HEIGHT = 400
_MARGIN = 0.05
_BEGINNING = 100
_TITLE = 60


@dataclass(frozen=True, slots=True)
class PointView:
    """A passage on the map; `rank` is its place among the hits, None for one that is not lit."""

    href: str
    x: str
    y: str
    colour: str
    title: str
    beginning: str
    language: str | None
    direction: str
    rank: int | None

    @property
    def name(self) -> str:
        """What a screen reader says."""
        lit = "" if self.rank is None else f"Hit {self.rank}, "
        return f"{lit}{self.title}: {self.beginning}"


@dataclass(frozen=True, slots=True)
class MapView:
    """`points` in the order they are drawn, `hits` by rank; `legend` pairs a colour and a title."""

    points: list[PointView]
    hits: list[PointView]
    legend: list[tuple[str, str]]
    others: bool
    height: int = HEIGHT


def view_map(searcher: Searcher, results: Results | None) -> MapView:
    """The map of an even choice of passages, with the hits of a query on it."""
    lit = {hit.stored.number: hit for hit in results.hits} if results else {}
    points = searcher.map_points(MOST_POINTS, list(lit))
    colours = choose_colours(points)
    q = results.query.asked if results else ""
    views = [
        view_point(point, colours.get(_document(point), "other"), lit.get(point.stored.number), q)
        for point in sorted(points, key=_order)
    ]
    titles = {_document(point): shorten(point.stored.title, _TITLE) for point in points}
    hits = sorted((view for view in views if view.rank), key=lambda view: view.rank or 0)
    return MapView(
        points=[view for view in views if not view.rank] + hits[::-1],  # the first hit on top
        hits=hits,
        legend=[(colour, titles[document]) for document, colour in colours.items()],
        others=len(colours) < len(titles),
    )


def choose_colours(points: Sequence[MapPoint]) -> dict[str, str]:
    """The class of each document that has a colour: those with the most points, most first.

    Where there are more documents than colours, one with a single point has none.
    """
    counts = Counter(_document(point) for point in sorted(points, key=_order))
    least = 1 if len(counts) <= COLOURS else 2
    chosen = [document for document, count in counts.most_common(COLOURS) if count >= least]
    return {document: f"c{i}" for i, document in enumerate(chosen)}


def view_point(point: MapPoint, colour: str, hit: Hit | None, q: str) -> PointView:
    passage = point.stored.passage
    asked = f"?{urlencode({'q': q})}" if hit else ""
    return PointView(
        href=f"/passages/{passage.id}{asked}",
        x=f"{100 * _inside(point.x):.2f}%",
        y=f"{HEIGHT * _inside(point.y):.1f}",
        colour=colour,
        title=shorten(point.stored.title, _TITLE),
        beginning=shorten(passage.text, _BEGINNING),
        language=passage.language,
        direction=find_direction(passage.language),
        rank=hit.rank if hit else None,
    )


def _inside(place: float) -> float:
    return _MARGIN + place * (1 - 2 * _MARGIN)


def _document(point: MapPoint) -> str:
    return point.stored.passage.document_id


def _order(point: MapPoint) -> tuple[str, int]:
    """Through each document from its beginning, the documents by source."""
    return point.stored.source, point.stored.passage.start
