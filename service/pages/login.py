"""The page that asks for a key once, and the cookie that remembers that it was shown.

The cookie is out of reach of scripts and sent to no other site. It is `SameSite=Lax` and not
`Strict`, so that a link to a hit in a message opens the hit. This form is the only one that is
posted, and all other addresses only read; one that another site posts here comes without the
cookie, and must bring a key.
"""

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from embeddings.errors import InvalidInput, KeyRequired
from service.access import COOKIE, Access
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
    form = await _read_form(request)
    asked = keep_local(form.get("next", "/"))
    try:
        token = access.begin_session(request, form.get("key", "").strip())
    except KeyRequired as error:
        refused = _show_form(request, asked, error, 401)
        refused.headers["WWW-Authenticate"] = 'Bearer realm="Winnow"'
        return refused
    answer = RedirectResponse(asked, 303)
    secure = access.is_secure(request)
    answer.set_cookie(COOKIE, token, LIFETIME, secure=secure, httponly=True, samesite="lax")
    return answer


@router.get("/logout")
async def log_out(request: Request, access: AccessOf) -> Response:
    """Forget that a key was shown."""
    access.end_session(request)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


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


def _show_form(
    request: Request, asked: str, error: KeyRequired | None = None, status: int = 200
) -> Response:
    shown = {"address": Address(), "next": asked, "error": error}
    return render(request, "login.html", shown, status)
