"""The pages: search, a document, more like a passage, about. Each names its twin under /api."""

from pathlib import Path as FilePath
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from embeddings.errors import InvalidInput
from embeddings.records import Filter
from service.api.routes import Id, SearcherOf, Today
from service.pages import filters, views
from service.pages.address import HITS_A_PAGE, Address, read_address
from service.pages.api_view import list_operations, list_schemas
from service.pages.chips import view_chips
from service.pages.citing import SPANS, view_quotations
from service.pages.document_view import view_document
from service.pages.following import follow_hits
from service.pages.map_view import view_map
from service.pages.rendering import render
from service.query import DEEPEST, MOST_HITS
from service.search import Results, Searcher
from service.typed import read_typed

DOCUMENTS_A_PAGE = 100

router = APIRouter(include_in_schema=False)
AddressOf = Annotated[Address, Depends(read_address)]


@router.get("/", response_class=HTMLResponse)
def search_page(request: Request, searcher: SearcherOf, address: AddressOf) -> Response:
    """The search page; the address is its whole state."""
    if set(request.query_params) - address.parameters.keys() - {"q", "offset"}:
        return RedirectResponse(address.page, 303)  # from a form that left fields as they were
    shown: dict[str, Any] = {
        "address": address,
        "info": searcher.manifest,
        "languages": filters.list_languages(address, _know_languages(searcher), {}),
        "topics": searcher.manifest.overview["topics"],
        "building": request.app.state.live.is_being_replaced,
        "chips": view_chips(address, searcher),
        "twin": "/api/info",
    }
    status = 200
    if address.asks:
        try:
            shown |= _view_results(address, searcher.search(address.make_query()), searcher)
        except InvalidInput as error:
            shown["error"], status = error, 422
    return render(request, "search.html", shown, status)


def _know_languages(searcher: Searcher) -> list[str]:
    return [code for code, _ in searcher.manifest.overview["languages"] if code]


def _view_results(address: Address, results: Results, searcher: Searcher) -> dict[str, Any]:
    hits = [views.view_hit(hit, results) for hit in results.hits]
    later = address.offset + HITS_A_PAGE
    facets = results.facets or {}
    return {
        "results": results,
        "outcome": views.say_outcome(results),
        "answers": [view for view in hits if view.hit.answer],
        "nearest": [view for view in hits if not view.hit.answer],
        "languages": filters.list_languages(address, _know_languages(searcher), facets),
        "groups": filters.view_filters(address, facets),
        "orders": filters.view_orders(address, facets),
        "elsewhere": [] if results.answered else filters.find_elsewhere(address, facets),
        "exported": min(max(results.answers, min(results.total, HITS_A_PAGE)), MOST_HITS),
        "earlier": address.turn(max(0, address.offset - HITS_A_PAGE)) if address.offset else None,
        "later": address.turn(later) if later < min(results.total, DEEPEST) else None,
        "twin": address.twin,
    }


@router.get("/documents/{document_id}", response_class=HTMLResponse)
def document_page(
    request: Request,
    searcher: SearcherOf,
    document_id: Id,
    address: AddressOf,
    hit: Annotated[int | None, Query(ge=1, le=DEEPEST)] = None,
) -> Response:
    """A whole document, with the passage asked for in its place and the way to the hits beside."""
    document = searcher.document(document_id)
    following = follow_hits(searcher, address, hit)
    shown = {
        "address": address,
        "document": document,
        "following": following,
        "sections": view_document(document, following.marked if following else {}),
        "direction": views.find_direction(document.summary.language),
        "twin": f"/api/documents/{document_id}",
    }
    return render(request, "document.html", shown)


@router.get("/passages/{passage_id}")
def passage_page(searcher: SearcherOf, passage_id: Id, address: AddressOf) -> Response:
    """The short address of a passage: leads to its place in its document."""
    passage = searcher.passage(passage_id).passage
    return RedirectResponse(address.find(passage.document_id, passage.id), 302)


@router.get("/passages/{passage_id}/similar", response_class=HTMLResponse)
def similar_page(request: Request, searcher: SearcherOf, passage_id: Id) -> Response:
    """The passages nearest to a passage, whatever they answer."""
    stored = searcher.passage(passage_id)
    results = searcher.similar(passage_id, HITS_A_PAGE)
    shown = {
        "address": Address(),
        "stored": stored,
        "direction": views.find_direction(stored.passage.language),
        "results": results,
        "hits": [views.view_hit(hit, results) for hit in results.hits],
        "twin": f"/api/passages/{passage_id}/similar",
    }
    return render(request, "similar.html", shown)


@router.get("/passages/{passage_id}/cite", response_class=HTMLResponse)
def cite_page(
    request: Request,
    searcher: SearcherOf,
    today: Today,
    passage_id: Id,
    spans: Annotated[str, Query(pattern=SPANS)] = "",
) -> Response:
    """A passage, and the sentences marked in it, in every form of citation."""
    stored = searcher.citable(passage_id)
    shown = {
        "address": Address(),
        "stored": stored,
        "quotations": list(view_quotations(stored, spans, searcher.manifest.build, today)),
        "twin": f"/api/passages/{passage_id}/quote?format=csl-json",
    }
    return render(request, "cite.html", shown)


@router.get("/docs", response_class=HTMLResponse)
def api_page(request: Request) -> Response:
    """The HTTP API, from its own OpenAPI description."""
    described = request.app.openapi()
    shown = {
        "address": Address(),
        "description": described["info"]["description"],
        "operations": list(list_operations(described, str(request.base_url).rstrip("/"))),
        "schemas": list(list_schemas(described)),
        "twin": "/openapi.json",
    }
    return render(request, "docs.html", shown)


@router.get("/favicon.ico")
def find_icon() -> Response:
    """Browsers ask for it here beside an answer that is no page and so names none."""
    return RedirectResponse("/static/icon.svg", 301)


@router.get("/about", response_class=HTMLResponse)
def about_page(
    request: Request,
    searcher: SearcherOf,
    q: str = "",
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """What is indexed, with which encoder, what was left out, and a map with the hits of `q`."""
    manifest = searcher.manifest
    total, documents = searcher.documents(offset, DOCUMENTS_A_PAGE)
    later = offset + DOCUMENTS_A_PAGE
    shown = {
        "address": Address(),
        "q": q,
        "info": manifest,
        "reranker": searcher.reranking.reranker.identity.name if searcher.reranking else None,
        "status": searcher.confidence_status,
        "threshold": searcher.thresholds["hybrid"],
        "roots": [FilePath(root).name or root for root in manifest.roots],
        "left_out": {
            "skipped": views.group_by_reason(manifest.skipped),
            "unreadable": views.group_by_reason(manifest.unreadable),
        },
        "documents": documents,
        "total": total,
        "earlier": _list_documents(q, offset - DOCUMENTS_A_PAGE) if offset else None,
        "later": _list_documents(q, later) if later < total else None,
        "twin": "/api/info",
    }
    shown |= _view_map(searcher, q)
    return render(request, "about.html", shown, 422 if shown["error"] else 200)


def _view_map(searcher: Searcher, q: str) -> dict[str, Any]:
    results = error = None
    if q.strip():
        try:
            results = searcher.search(read_typed(q, Filter(), k=HITS_A_PAGE))
        except InvalidInput as raised:
            error = raised
    outcome = views.say_outcome(results) if results else None
    return {"map": view_map(searcher, results), "outcome": outcome, "error": error}


def _list_documents(q: str, offset: int) -> str:
    asked = {"q": q} if q else {}
    return f"/about?{urlencode({**asked, 'offset': max(0, offset)})}#documents"


def show_error(request: Request, error: dict[str, Any]) -> Response:
    """Any error as a page."""
    return render(request, "error.html", {"address": Address(), "error": error}, error["status"])
