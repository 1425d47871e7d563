"""Composes the web application over a Live searcher."""

from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.staticfiles import StaticFiles

from embeddings import __version__
from service.access import Access, Gate
from service.api import health, routes
from service.api.errors import add_error_handlers, make_answer
from service.limits import Guard, Limits
from service.live import Live
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
_ROUTERS = (routes.router, health.router, login.router, pages.router)


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
    app = FastAPI(
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
    # The gate looks at keys; these two only say in the description how one is sent.
    ways = [
        Depends(HTTPBearer(auto_error=False)),
        Depends(APIKeyHeader(name="X-API-Key", auto_error=False)),
    ]
    for router in _ROUTERS:
        app.include_router(router, dependencies=ways if router is routes.router else [])
    app.mount("/static", StaticFiles(directory=rendering.FOLDER / "static"), name="static")
    add_error_handlers(app, pages.show_error)
    named = [route for router in (*_ROUTERS, app) for route in router.routes]
    watched = Routes(named)
    app.add_middleware(Watch, app.state.metrics, watched, log_queries)
    if tracing:
        app.add_middleware(Traced, tracing, watched)
    return app
