"""The addresses under /api: each one thin call of the Searcher."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import partial
from importlib.metadata import version
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from service.api.addresses import depend_on_address, describe_address, read_address
from service.api.document_schemas import DocumentOut, DocumentResponse, DocumentsResponse
from service.api.export_schemas import ExportRequest
from service.api.info_schemas import (
    ConfidenceOut,
    EncoderOut,
    InfoResponse,
    OverviewOut,
    RerankerOut,
)
from service.api.question_schemas import (
    BUILD,
    BatchRequest,
    SearchParameters,
    SearchRequest,
)
from service.api.schemas import BatchResponse, ErrorResponse, PassageOut, SearchResponse
from service.exporting import LISTS, ListForm, name_file
from service.live import Live
from service.query import DEEPEST, LONGEST_QUERY, MOST_HITS
from service.quoting import FORMS, cite
from service.reranking import DEPTH, WEIGHT
from service.search import Results, Searcher
from service.watching import Record

_ERRORS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorResponse, "description": "A key is needed, or is wrong"},
    404: {"model": ErrorResponse, "description": "No such document or passage"},
    408: {"model": ErrorResponse, "description": "A body that came too slowly"},
    410: {"model": ErrorResponse, "description": "No such build is open any more"},
    413: {"model": ErrorResponse, "description": "A body larger than the server takes"},
    421: {"model": ErrorResponse, "description": "The Host header names another server"},
    422: {"model": ErrorResponse, "description": "A field that cannot be used"},
    429: {"model": ErrorResponse, "description": "Asked too often"},
    503: {"model": ErrorResponse, "description": "No index is open, or the server is too busy"},
}
_UNREADABLE: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorResponse, "description": "A body that cannot be read"}
}
_IDS = ("passage_id", "document_id")
_LISTED = ("fastapi", "faiss-cpu", "sentence-transformers", "torch")

router = APIRouter(prefix="/api", responses=_ERRORS)


async def get_searcher(
    request: Request,
    build: Annotated[str | None, Query(max_length=64, description=BUILD)] = None,
) -> Searcher:
    """The Searcher of the live build, or of the one named; one request keeps it throughout.

    Looking for it may read files, and so is done in a thread, unless it is at hand.
    """
    live: Live = request.app.state.live
    record: Record = request.state.record
    named = {name: request.path_params[name] for name in _IDS if name in request.path_params}
    searcher = None if build or named else live.at_hand
    if searcher is None:
        find = partial(live.pin, build) if build else partial(live.find, **named)
        searcher = await run_in_threadpool(find)
    return record.follow(searcher)


def get_today() -> date:
    """The day that a quotation is dated with, the same in every time zone."""
    return datetime.now(UTC).date()


SearcherOf = Annotated[Searcher, Depends(get_searcher)]
Today = Annotated[date, Depends(get_today)]
FormName = Literal["text", "markdown", "bibtex", "csl-json"]
Place = Annotated[
    int | None,
    Query(ge=0, le=10_000_000, description="Code points from the passage's beginning."),
]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def _write(answer: BaseModel) -> Response:
    """Written in the thread that searched; what a route returns itself is checked in another."""
    return Response(answer.model_dump_json(), media_type="application/json")


def _answer(searcher: Searcher, asked: SearchRequest) -> Response:
    return _write(SearchResponse.of(searcher.search(asked.to_query())))


@router.get(
    "/search",
    response_model=SearchResponse,
    openapi_extra=describe_address(SearchParameters),
)
async def search(request: Request) -> Response:
    """The passages that answer a question."""
    # Asked most of all, so it takes what it needs itself: the framework looks at each field anew.
    asked = read_address(request, SearchParameters)
    searcher = await get_searcher(request, asked.build)
    return await run_in_threadpool(_answer, searcher, asked)


@router.post("/search", response_model=SearchResponse, responses=_UNREADABLE)
def search_by_post(searcher: SearcherOf, asked: SearchRequest) -> Response:
    """The same, the fields as JSON."""
    return _answer(searcher, asked)


@router.post("/search/batch", response_model=BatchResponse, responses=_UNREADABLE)
def search_batch(searcher: SearcherOf, asked: BatchRequest) -> Response:
    """Several questions over one build, answered in their order."""
    queries = [one.to_query() for one in asked.queries]
    found = [SearchResponse.of(searcher.search(query)) for query in queries]
    return _write(BatchResponse(results=found))


def _describe_files(media_types: Iterable[str]) -> dict[str, Any]:
    """What OpenAPI says of files: JSON is a list of items, anything else text."""
    items = {"type": "array", "items": {"type": "object"}}
    return {
        name: {"schema": items if name.endswith("json") else {"type": "string"}}
        for name in media_types
    }


def _write_json(results: Results, _: date) -> str:
    return SearchResponse.of(results).model_dump_json()


_LISTS = {**LISTS, "json": ListForm(_write_json, "application/json", "json")}
_LIST_SCHEMAS: dict[str, Any] = {
    **_describe_files(form.media_type for form in LISTS.values()),
    "application/json": {"schema": {"$ref": "#/components/schemas/SearchResponse"}},
}


@router.get(
    "/search/export",
    response_class=Response,
    responses={200: {"description": "The list, as a file", "content": _LIST_SCHEMAS}},
    openapi_extra=describe_address(ExportRequest, "build"),
)
def export_search(
    searcher: SearcherOf,
    today: Today,
    asked: Annotated[ExportRequest, Depends(depend_on_address(ExportRequest))],
) -> Response:
    """The same list as a file: a table, the JSON of /api/search, or a citation of each hit.

    CSV is UTF-8 with a byte order mark, one row a hit; `marked` and `also_in` have one per line. A
    text that a spreadsheet would take for a formula has an apostrophe before it: one that begins
    with `=`, `+`, `-` or `@`, of full width too, also behind white space, characters that do not
    show, or apostrophes; and one that begins with a tab or a line break. Take one apostrophe away
    where what is left is such a text, and it is as it was. NUL is shown as U+FFFD. Numbers stay
    numbers. The commas are for programs that read them as RFC 4180 does.
    """
    results = searcher.search(asked.to_query())
    form = _LISTS[asked.format]
    return Response(
        form.write(results, today),
        media_type=f"{form.media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name_file(asked.q, form.ending)}"',
        },
    )


@router.get("/passages/{passage_id}")
def read_passage(searcher: SearcherOf, passage_id: Id) -> PassageOut:
    """One passage; for a folded one, the passage that stands for it."""
    return PassageOut.of(searcher.passage(passage_id))


@router.get("/passages/{passage_id}/similar")
def find_similar(
    searcher: SearcherOf, passage_id: Id, k: Annotated[int, Query(ge=1, le=MOST_HITS)] = 10
) -> SearchResponse:
    """The passages nearest to a passage."""
    return SearchResponse.of(searcher.similar(passage_id, k))


@router.get(
    "/passages/{passage_id}/quote",
    response_class=Response,
    responses={
        200: {
            "description": "The quotation",
            "content": _describe_files(form.media_type for form in FORMS.values()),
        }
    },
)
def quote_passage(
    searcher: SearcherOf,
    today: Today,
    passage_id: Id,
    format: FormName = "text",
    start: Place = None,
    end: Place = None,
) -> Response:
    """A passage, or its characters from `start` to `end`, with where they stand, to cite.

    A folded passage is quoted from its own document.
    """
    stored = searcher.citable(passage_id)
    citation = cite(stored, searcher.manifest.build, today, start, end)
    form = FORMS[format]
    return Response(
        form.write([citation]),
        media_type=f"{form.media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'inline; filename="{citation.key}.{form.ending}"',
        },
    )


@router.get("/documents")
def list_documents(
    searcher: SearcherOf,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> DocumentsResponse:
    """The documents of the index, by source."""
    total, summaries = searcher.documents(offset, limit)
    return DocumentsResponse(
        build=searcher.manifest.build,
        total=total,
        offset=offset,
        documents=[DocumentOut.of(summary) for summary in summaries],
    )


@router.get("/documents/{document_id}")
def read_document(searcher: SearcherOf, document_id: Id) -> DocumentResponse:
    """A whole document: its text, its passages, and what was set aside and why."""
    return DocumentResponse.of(searcher.document(document_id), searcher.manifest.build)


@router.get("/info")
def describe(searcher: SearcherOf) -> InfoResponse:
    """What is being served: build, encoder, counts, limits, versions."""
    manifest = searcher.manifest
    ranking = manifest.ranking
    return InfoResponse(
        build=manifest.build,
        created=manifest.created,
        version=manifest.version,
        format=manifest.format,
        counts=manifest.counts,
        overview=OverviewOut(**manifest.overview),
        encoder=EncoderOut(
            **manifest.encoder, languages=manifest.languages, runtime=searcher.runtime
        ),
        reranker=_describe_reranker(searcher),
        weights=ranking["weights"],
        shares=ranking["shares"],
        confidence=ConfidenceOut(
            status=searcher.confidence_status,
            fitted_on=ranking["fitted_on"],
            thresholds=searcher.thresholds,
        ),
        notices=[notice for source, notice in manifest.notices if not source],
        limits={"k": MOST_HITS, "offset_and_k": DEEPEST, "query_characters": LONGEST_QUERY},
        versions={name: version(name) for name in _LISTED},
    )


def _describe_reranker(searcher: Searcher) -> RerankerOut | None:
    reranking = searcher.reranking
    if reranking is None:
        return None
    identity = reranking.reranker.identity
    return RerankerOut(
        name=identity.name,
        weights_sha256=identity.weights_sha256,
        milliseconds=reranking.milliseconds,
        depth=DEPTH,
        weight=WEIGHT,
    )
