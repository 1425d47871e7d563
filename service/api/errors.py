"""One table from error to status and code, and one body for every error, FastAPI's own included."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match

from embeddings.errors import (
    ArtifactError,
    AskedTooOften,
    AskerLeft,
    BodyTooLarge,
    BodyTooSlow,
    BuildGone,
    DatabaseUnfit,
    EncoderError,
    Forbidden,
    IndexUnreachable,
    InvalidInput,
    KeyRequired,
    KeysDamaged,
    LedgerFailed,
    NotFound,
    NotReady,
    ServerBusy,
    TimedOut,
    WinnowError,
    WrongHost,
)

_LOG = logging.getLogger("winnow")
_AWAY = "the database of the index does not answer"
_SECONDS = "2"  # after which to come again to a server that is not ready, or busy

TABLE: tuple[tuple[type[WinnowError], int, str], ...] = (
    (InvalidInput, 422, "invalid_input"),
    (KeyRequired, 401, "key_required"),
    (Forbidden, 403, "forbidden"),
    (WrongHost, 421, "wrong_host"),
    (AskedTooOften, 429, "too_often"),
    (KeysDamaged, 503, "keys_unavailable"),
    (LedgerFailed, 503, "notes_unavailable"),
    (NotFound, 404, "not_found"),
    (BuildGone, 410, "gone"),
    (NotReady, 503, "not_ready"),
    (ServerBusy, 503, "busy"),
    (AskerLeft, 499, "left"),
    (TimedOut, 503, "timed_out"),
    (BodyTooLarge, 413, "too_large"),
    (BodyTooSlow, 408, "too_slow"),
    (ArtifactError, 503, "index_unavailable"),
    (EncoderError, 503, "encoder_unavailable"),
    (WinnowError, 500, "internal"),
)
HTTP_CODES = {
    400: ("bad_request", "check the request"),
    404: ("not_found", "see /docs for the addresses there are"),
    405: ("method_not_allowed", "see /docs for the methods of this address"),
}
WHEN = {
    "bad_request": "the body cannot be read",
    "not_found": "no such address, document or passage",
    "gone": "`build` names a build that is no longer open: an earlier one is for a minute",
    "method_not_allowed": "the address does not take this method; `Allow` names those it takes",
    "invalid_input": "a value cannot be used; `fields` names it",
    "key_required": "asking takes a key, and none was given, or a wrong one",
    "forbidden": "the key given is not of the scope that this takes, or another site sent the form",
    "wrong_host": "the Host header is none that this server answers to",
    "too_often": "more requests a minute than one may send; `Retry-After` says when to come again",
    "keys_unavailable": "the file of keys cannot be read",
    "notes_unavailable": "the server's notes of who asks fail: no room in its temporary folder?",
    "internal": "an error of the server's own; its log says where, by the `X-Request-ID`",
    "not_ready": "no checked build is open",
    "busy": "more requests at once than the server takes; `Retry-After` says when to come again",
    "left": "the asker closed the connection before its turn came: counted, and seen by nobody",
    "timed_out": "no answer within `--timeout`; `Retry-After` says when to come again",
    "too_large": "the body has more bytes than `--max-body`",
    "too_slow": "the body did not come within ten seconds",
    "index_unavailable": "the index is missing or damaged, or no server of its database answers",
    "encoder_unavailable": "the model is missing, damaged or not that of the build",
}


def make_body(
    code: str, message: str, status: int, hint: str, fields: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """The body of an error answer."""
    error: dict[str, Any] = {"code": code, "message": message, "status": status, "hint": hint}
    if fields:
        error["fields"] = fields
    return {"error": error}


def describe_error(error: Exception, request: str = "") -> dict[str, Any]:
    """The body for any error; what is not foreseen is logged with the request's id, and told in
    general words.
    """
    if isinstance(error, IndexUnreachable | DatabaseUnfit):
        # Where the database is, and by whose name it is asked, is for those who run the server.
        return make_body("index_unavailable", _AWAY, 503, "ask again; the server's log says why")
    if isinstance(error, WinnowError):
        status, code = next((s, c) for kind, s, c in TABLE if isinstance(error, kind))
        field = getattr(error, "field", None)
        fields = [{"field": field, "message": error.message}] if field else None
        return make_body(code, error.message, status, error.hint, fields)
    if isinstance(error, RequestValidationError):
        return _describe_validation(error)
    if isinstance(error, HTTPException):
        code, hint = HTTP_CODES.get(error.status_code, ("http_error", ""))
        return make_body(code, str(error.detail), error.status_code, hint)
    _LOG.error("unforeseen error in request %s", request, exc_info=error)
    return make_body("internal", "the server met an error of its own", 500, "see the server's log")


def _describe_validation(error: RequestValidationError) -> dict[str, Any]:
    fields = [_describe_field(one) for one in error.errors()]
    first = fields[0]
    message = f"{first['field']}: {first['message']}"
    return make_body("invalid_input", message, 422, "see /docs for what each field takes", fields)


def _describe_field(one: Mapping[str, Any]) -> dict[str, str]:
    place, *inner = one["loc"]
    if one["type"] == "json_invalid":
        message = f"is not JSON: {one['ctx']['error']} at character {inner[0]}"
        return {"field": str(place), "message": message}
    return {"field": ".".join(map(str, inner)) or str(place), "message": one["msg"]}


_FOR_PROGRAMS = ("/api", "/mcp", "/healthz", "/readyz", "/metrics", "/openapi", "/static")


def wants_page(request: Request) -> bool:
    """Whether a person is asking: anything outside the programs' addresses."""
    return not request.url.path.startswith(_FOR_PROGRAMS)


def _find_methods(request: Request) -> list[str]:
    """All that an address takes: where several routes share it, the framework names one's."""
    return sorted(
        method
        for route in iter_route_contexts(request.app.routes)
        if route.matches(request.scope)[0] is not Match.NONE
        for method in getattr(route, "methods", None) or ()
    )


def add_error_handlers(app: FastAPI, show_page: Any) -> None:
    """Answer every error that the application raises.

    What refuses a request before it reaches a route answers by `app.state.answer_error`.
    """
    app.state.answer_error = make_answer(show_page)
    for kind in (WinnowError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, app.state.answer_error)


def make_answer(show_page: Any) -> Callable[[Request, Exception], Awaitable[Response]]:
    """What answers an error with the one body, or on a page with `show_page(request, body)`."""

    async def answer(request: Request, error: Exception) -> Response:
        body = describe_error(error, request.state.record.id)
        status = body["error"]["status"]
        request.state.record.refusal = body["error"]["code"]
        if wants_page(request):
            given: Response = show_page(request, body["error"])
        else:
            given = JSONResponse(body, status_code=status)
        given.headers.update(getattr(error, "headers", None) or {})
        if status == 405 and (methods := _find_methods(request)):
            given.headers["Allow"] = ", ".join(methods)
        if status == 503:
            given.headers["Retry-After"] = _SECONDS
        if isinstance(error, AskedTooOften):
            given.headers["Retry-After"] = str(error.seconds)
        if status == 401:
            given.headers["WWW-Authenticate"] = 'Bearer realm="Winnow"'
        return given

    return answer
