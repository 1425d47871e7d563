"""Composes the web application over a Live searcher."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from embeddings import __version__
from service.access import Access, Gate
from service.api import health, routes
from service.api.errors import add_error_handlers, make_answer
from service.limits import Guard, Limits
from service.live import Live
from service.mcp.endpoint import make_route
from service.metrics import Metrics
from service.pages import login, rendering
from service.pages import routes as pages
from service.telemetry import Traced, Tracing
from service.turns import Turns
from service.watching import Routes, Watch

_DESCRIPTION = (
    "Plain-language questions over a folder of documents, answered with the exact passages that "
    "answer them, or with a plain statement that nothing does."
)
_KEYS = {
    "HTTPBearer": {"type": "http", "scheme": "bearer"},
    "APIKeyHeader": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
_ROUTERS = (routes.router, health.router, login.router, pages.router)


class _Described(FastAPI):
    """Says in its description how a key is sent, which the gate looks at and no route asks for."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            schema = super().openapi()
            schema["components"]["securitySchemes"] = _KEYS
            for path, operations in schema["paths"].items():
                if path.startswith(routes.router.prefix):
                    for operation in operations.values():
                        operation["security"] = [{name: []} for name in _KEYS]
        return super().openapi()


def create_app(
    live: Live,
    limits: Limits | None = None,
    turns: Turns | None = None,
    access: Access | None = None,
    counts: Path | None = None,
    log_queries: bool = False,
    tracing: Tracing | None = None,
) -> FastAPI:
    """The application: API, pages, health, documentation, all served from this machine.

    `counts` is where several processes of one server keep what each of them has counted.
    """
    app = _Described(
        title="Winnow",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        telemetry={"exclude": lambda _: True},  # the framework's own holds addresses: questions
    )
    app.state.live = live
    app.state.readiness = health.Readiness(live)
    limits = limits or Limits()
    turns = turns or limits.make_turns()
    app.add_middleware(Guard, limits=limits, turns=turns, answer=make_answer(pages.show_error))
    app.state.access = access or Access()
    app.add_middleware(Gate, access=app.state.access)
    app.add_middleware(rendering.Policy)
    app.state.metrics = Metrics(live, turns, counts)
    for router in _ROUTERS:
        app.include_router(router)
    app.router.routes.append(make_route(live))
    app.mount("/static", StaticFiles(directory=rendering.FOLDER / "static"), name="static")
    add_error_handlers(app, pages.show_error)
    named = [route for router in (*_ROUTERS, app) for route in router.routes]
    watched = Routes(named)
    app.add_middleware(Watch, app.state.metrics, watched, log_queries)
    if tracing:
        app.add_middleware(Traced, tracing, watched)
    return app
