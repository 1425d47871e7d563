"""`POST /mcp`. The protocol is loaded with the first request, so that no server starts later."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from service.live import Live


def make_route(live: Live) -> Route:
    """The route, which takes nothing but POST: there is no session to listen to or to end."""
    return Route("/mcp", _Endpoint(live), methods=["POST"], include_in_schema=False)


class _Endpoint:
    """Hands each request to the protocol, which reads headers and body itself."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._answer: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        # The protocol asks for this beside the check of the Host header.
        request.app.state.access.check_origin(request)
        if self._answer is None:
            self._answer = await run_in_threadpool(self._load)
        await self._answer(scope, receive, send)

    def _load(self) -> ASGIApp:
        from service.mcp.protocol import answer_once, make_server

        server: Any = make_server(self._live)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            await answer_once(server, scope, receive, send)

        return answer
