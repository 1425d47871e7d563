"""The page that asks for a key once, and the cookie that remembers that it was shown.

The cookie is out of reach of scripts and sent to no other site. It is `SameSite=Lax` and not
`Strict`, so that a link to a hit in a message opens the hit. To log in and out are the only forms
that are posted, and all other addresses only read. What another site posts here comes without the
cookie, so it ends no session; browsers that say that it comes from there are refused as well, so
that nobody is let in by another's key unasked.
"""

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from embeddings.errors import AskedTooOften, Forbidden, InvalidInput, KeyRequired, ServiceError
from service.access import COOKIE, Access
from service.api.errors import describe_error
from service.pages.address import Address
from service.pages.rendering import render
from service.sessions import LIFETIME

_LONGEST_FORM = 16_384

router = APIRouter(include_in_schema=False)


def _find_access(request: Request) -> Access:
    access: Access = request.app.state.access
    return access


AccessOf = Annotated[Access, Depends(_find_access)]


@router.get("/login", response_class=HTMLResponse)
async def login_page(
    request: Request, access: AccessOf, asked: Annotated[str, Query(alias="next")] = "/"
) -> Response:
    """The form; who needs no key, or has shown one, goes on."""
    if not access.needs_key() or access.find_session(request):
        return RedirectResponse(keep_local(asked), 303)
    return _show_form(request, keep_local(asked))


@router.post("/login", response_class=HTMLResponse)
async def log_in(request: Request, access: AccessOf) -> Response:
    """Exchange a key for a cookie."""
    _check_site(request)
    form = await _read_form(request)
    asked = keep_local(form.get("next", "/"))
    try:
        token = access.begin_session(request, form.get("key", "").strip())
    except (KeyRequired, AskedTooOften) as error:
        return _refuse(request, asked, error)
    answer = RedirectResponse(asked, 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, token, LIFETIME, secure=secure, httponly=True, samesite="lax")
    return answer


@router.post("/logout")
async def log_out(request: Request, access: AccessOf) -> Response:
    """Forget that a key was shown; of one who brings no cookie nothing is taken."""
    _check_site(request)
    answer = RedirectResponse("/login", 303)
    if COOKIE in request.cookies:
        access.end_session(request)
        answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def _check_site(request: Request) -> None:
    """Raises Forbidden where the browser says that a page of another site posts this."""
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise Forbidden("another site sent this form", "open /login here, and send the form of it")


def keep_local(asked: str) -> str:
    """An address of this server to go on to; `/` where it is another's, or none."""
    odd = "\\" in asked or any(character <= " " for character in asked)
    if odd or not asked.startswith("/") or asked.startswith("//"):
        return "/"
    return "/" if urlsplit(asked).path in ("/login", "/logout") else asked


async def _read_form(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            raise InvalidInput("the form is too long for a key", "give the key alone", "key")
    fields = parse_qs(body.decode("utf-8", "replace"))
    return {name: values[0] for name, values in fields.items()}


def _refuse(request: Request, asked: str, error: KeyRequired | AskedTooOften) -> Response:
    """The form once more, with what was wrong."""
    told = describe_error(error)["error"]
    request.state.record.refusal = told["code"]
    refused = _show_form(request, asked, error, told["status"])
    if isinstance(error, AskedTooOften):
        refused.headers["Retry-After"] = str(error.seconds)
    else:
        refused.headers["WWW-Authenticate"] = 'Bearer realm="Winnow"'
    return refused


def _show_form(
    request: Request, asked: str, error: ServiceError | None = None, status: int = 200
) -> Response:
    shown = {"address": Address(), "next": asked, "error": error}
    return render(request, "login.html", shown, status)
