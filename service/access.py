"""Who may ask. Every request passes the gate before any route, page or file sees it."""

import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from embeddings.errors import Forbidden, KeyRequired, KeysDamaged, WrongHost
from service.api.errors import wants_page
from service.audit import SERVER, name_user, record_act
from service.hosts import Hosts, is_local
from service.keys import Key, KeyFile, match_key
from service.ledger import Ledger
from service.proxies import Proxy
from service.rates import WRONG_KEYS, Rates, name_peer
from service.sessions import Sessions

COOKIE = "winnow"
KEYED = "a key was seen"
_LOG = logging.getLogger("winnow")
_UNCOUNTED = ("/healthz", "/readyz")
_FREE = ("/login", "/logout")
_FREE_FOLDER = "/static/"
_FOR_ADMINS = ("/metrics",)
_HOW = "send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`; winnow keys add NAME makes one"


class Asker(NamedTuple):
    """Who was let in. Users that a proxy names are none of those who run the server."""

    name: str
    is_admin: bool = False


class Access:
    """Decides of each request whether it may go on.

    `is_open`: without keys anybody may ask. As soon as a key is seen everybody needs one, until the
    end of the server, so that revoking the last one opens nothing. Used from the event loop alone.
    """

    def __init__(
        self,
        keys: KeyFile | None = None,
        hosts: Hosts | None = None,
        is_open: bool = True,
        rate: int = 1200,
        proxy: Proxy | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self._file = keys
        self._hosts = hosts or Hosts(None)
        self._ledger = ledger or Ledger()
        if not is_open:
            self._ledger.note(KEYED)
        self._sessions = Sessions(self._ledger)
        self._rates = Rates(rate, self._ledger)
        self._wrong = Rates(WRONG_KEYS, self._ledger, "wrong keys")
        self._proxy = proxy or Proxy()
        self._keys: tuple[Key, ...] = ()
        self._told = ""

    def admit(self, request: Request) -> None:
        """Raises WrongHost, AskedTooOften, KeyRequired, Forbidden, KeysDamaged."""
        path = request.scope["path"]
        if path in _UNCOUNTED:  # probes ask by whatever address they know
            return
        self._hosts.check(request.headers.getlist("host"))
        if path.startswith(_FREE_FOLDER):
            return
        needed, peer = self.needs_key(), self._proxy.find_peer(request)
        if needed or not is_local(peer):  # one's own machine may ask itself as often as it likes
            self._rates.take(f"address {name_peer(peer)}")
        if needed and path not in _FREE:
            asker = self._identify(request)
            self._rates.take(asker.name)
            if path in _FOR_ADMINS:
                _check_admin(asker, f"{request.method} {path}", peer)

    def check_origin(self, request: Request) -> None:
        """Judge the page that a request comes from, where a browser names one. Raises Forbidden."""
        for origin in request.headers.getlist("origin"):
            try:
                self._hosts.check([origin.partition("://")[2]])
            except WrongHost as error:
                raise Forbidden(
                    "a page of another site may not ask this",
                    "ask from a program, or name the site's host with --allowed-hosts",
                ) from error

    def needs_key(self) -> bool:
        """Whether asking takes a key now. Raises KeysDamaged."""
        return bool(self._read()) or self._ledger.is_noted(KEYED)

    def _identify(self, request: Request) -> Asker:
        """Who asks: a key, or a user of the proxy. Raises KeyRequired, AskedTooOften."""
        user = self._proxy.find_user(request)
        if user is not None:
            return Asker(f"user {user}")
        given = find_given(request.headers)
        if given is not None:
            return _name_key(self._find(request, given))
        key = self.find_session(request)
        if key is None:
            raise KeyRequired("this server answers only those who have a key", _HOW)
        request.state.in_session = True
        return _name_key(key)

    def find_session(self, request: Request) -> Key | None:
        """The key that was shown on the page from this browser. Raises KeysDamaged."""
        return self._sessions.find(request.cookies.get(COOKIE, ""), self._read())

    def begin_session(self, request: Request, given: str) -> str:
        """A token for the cookie of one who shows a key. Raises KeyRequired, AskedTooOften."""
        return self._sessions.begin(self._find(request, given))

    def end_session(self, request: Request) -> None:
        self._sessions.end(request.cookies.get(COOKIE, ""))

    def is_secure(self, request: Request) -> bool:
        """Whether the browser asked by https."""
        return self._proxy.is_secure(request)

    def _find(self, request: Request, given: str) -> Key:
        """The key given. Raises KeyRequired; AskedTooOften after many wrong ones from one place."""
        key = match_key(self._read(), given)
        if key is None:
            peer = self._proxy.find_peer(request)
            self._wrong.take(name_peer(peer))
            record_act("wrong key", "nobody", peer, "refused")
            raise KeyRequired("what was given is no key of this server", _HOW)
        return key

    def _read(self) -> tuple[Key, ...]:
        """The keys in force; what is wrong with their file is for the log alone."""
        try:
            keys = self._file.read() if self._file else ()
        except KeysDamaged as error:
            if error.message != self._told:
                _LOG.error("%s", error)
            self._told = error.message
            raise KeysDamaged("the keys cannot be read", "see the server's log") from error
        if keys != self._keys:
            names = ",".join(key.name for key in keys) or "none"
            record_act("keys in force", name_user(), SERVER, "done", names=names)
            if keys:
                self._ledger.note(KEYED)
        self._keys = keys
        return keys


def _name_key(key: Key) -> Asker:
    return Asker(f"key {key.name}", "admin" in key.scopes)


def _check_admin(asker: Asker, act: str, peer: str) -> None:
    """Raises Forbidden where who asks does not run the server."""
    if not asker.is_admin:
        record_act(act, asker.name, peer, "forbidden")
        raise Forbidden(
            "this is for those who run the server: it takes a key of scope admin",
            "winnow keys add NAME --scope admin makes one",
        )


def find_given(headers: Headers) -> str | None:
    """The key that a request brings, if any; other schemes than Bearer are someone else's."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return headers.get("x-api-key")


class Gate:
    """Lets through what `access` admits, and answers the rest by `app.state.answer_error`."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            scope["scheme"] = "https" if self._access.is_secure(request) else "http"
            try:
                self._access.admit(request)
            except Exception as error:  # one that nobody foresaw too
                refusal = await _refuse(request, error)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _refuse(request: Request, error: Exception) -> Response:
    """The error; a person who showed no key is led to where one is asked for, and back."""
    no_key = isinstance(error, KeyRequired) and find_given(request.headers) is None
    if no_key and request.method in ("GET", "HEAD") and wants_page(request):
        place = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?{urlencode({'next': place})}", 303)
    answer: Callable[[Request, Exception], Awaitable[Response]] = request.app.state.answer_error
    return await answer(request, error)
