"""The pages: search, a document, about. Each has its twin under /api."""

from pathlib import Path as FilePath
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from embeddings.errors import InvalidInput
from service.api.routes import Id, SearcherOf
from service.pages import views
from service.query import DEEPEST
from service.query import Query as Asked
from service.quoting import is_web_address
from service.search import Results, Searcher

HITS_A_PAGE = 10
DOCUMENTS_A_PAGE = 100
FOLDER = FilePath(__file__).parent

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(FOLDER / "templates")
templates.env.trim_blocks = templates.env.lstrip_blocks = True
templates.env.tests["web_address"] = is_web_address
templates.env.filters |= {"sentence": views.make_sentence, "moment": views.name_moment}


@router.get("/", response_class=HTMLResponse)
def search_page(
    request: Request,
    searcher: SearcherOf,
    q: str = "",
    offset: Annotated[int, Query(ge=0, le=DEEPEST - HITS_A_PAGE)] = 0,
) -> Response:
    """The search page; the address is its whole state."""
    shown: dict[str, Any] = {"q": q, "info": searcher.manifest}
    status = 200
    if q.strip():
        try:
            shown |= _view_results(searcher, searcher.search(Asked(q, HITS_A_PAGE, offset)))
        except InvalidInput as error:
            shown["error"], status = error, 422
    return templates.TemplateResponse(request, "search.html", shown, status_code=status)


def _view_results(searcher: Searcher, results: Results) -> dict[str, Any]:
    query = results.query
    hits = [views.view_hit(hit, results) for hit in results.hits]
    return {
        "results": results,
        "outcome": views.say_outcome(results),
        "answers": [view for view in hits if view.hit.answer],
        "nearest": [view for view in hits if not view.hit.answer],
        "earlier": _link(query.text, query.offset - query.k) if query.offset else None,
        "later": _link(query.text, query.offset + query.k)
        if query.offset + query.k < min(results.total, DEEPEST - query.k + 1)
        else None,
        "twin": f"/api/search?{urlencode({'q': query.text, 'offset': query.offset})}",
    }


def _link(q: str, offset: int) -> str:
    return f"/?{urlencode({'q': q, 'offset': max(0, offset)} if offset > 0 else {'q': q})}"


@router.get("/documents/{document_id}", response_class=HTMLResponse)
def document_page(request: Request, searcher: SearcherOf, document_id: Id, q: str = "") -> Response:
    """A whole document with the passage asked for in its place."""
    document = searcher.document(document_id)
    shown = {
        "q": q,
        "document": document,
        "sections": views.view_document(document),
        "direction": views.find_direction(document.summary.language),
        "twin": f"/api/documents/{document_id}",
    }
    return templates.TemplateResponse(request, "document.html", shown)


@router.get("/passages/{passage_id}")
def passage_page(searcher: SearcherOf, passage_id: Id, q: str = "") -> Response:
    """The short address of a passage: leads to its place in its document."""
    passage = searcher.passage(passage_id).passage
    asked = f"?{urlencode({'q': q})}" if q else ""
    return RedirectResponse(f"/documents/{passage.document_id}{asked}#{passage.id}", 302)


@router.get("/about", response_class=HTMLResponse)
def about_page(
    request: Request,
    searcher: SearcherOf,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """What is indexed, with which encoder, and what was left out."""
    manifest = searcher.manifest
    total, documents = searcher.documents(offset, DOCUMENTS_A_PAGE)
    later = offset + DOCUMENTS_A_PAGE
    shown = {
        "q": "",
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
        "earlier": f"/about?offset={max(0, offset - DOCUMENTS_A_PAGE)}" if offset else None,
        "later": f"/about?offset={later}" if later < total else None,
        "twin": "/api/info",
    }
    return templates.TemplateResponse(request, "about.html", shown)


def show_error(request: Request, error: dict[str, Any]) -> Response:
    """Any error as a page."""
    return templates.TemplateResponse(
        request, "error.html", {"q": "", "error": error}, status_code=error["status"]
    )
