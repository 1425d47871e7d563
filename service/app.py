"""Composes the web application over a Live searcher."""

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from embeddings import __version__
from service.api import health, routes
from service.api.errors import add_error_handlers, make_answer
from service.limits import Guard, Limits, Turns
from service.live import Live
from service.metrics import Metrics
from service.pages import rendering
from service.pages import routes as pages
from service.watching import Routes, Watch

_DESCRIPTION = (
    "Plain-language questions over a folder of documents, answered with the exact passages that "
    "answer them, or with a plain statement that nothing does."
)
_ROUTERS = (routes.router, health.router, pages.router)


def create_app(live: Live, limits: Limits | None = None, turns: Turns | None = None) -> FastAPI:
    """The application: API, pages, health, documentation, all served from this machine."""
    app = FastAPI(
        title="Winnow",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
    )
    app.state.live = live
    app.state.readiness = health.Readiness(live)
    limits = limits or Limits()
    turns = turns or limits.make_turns()
    app.add_middleware(Guard, limits=limits, turns=turns, answer=make_answer(pages.show_error))
    app.add_middleware(rendering.Policy)
    app.state.metrics = Metrics(live, turns)
    for router in _ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=rendering.FOLDER / "static"), name="static")
    add_error_handlers(app, pages.show_error)
    named = [route for router in (*_ROUTERS, app) for route in router.routes]
    app.add_middleware(Watch, metrics=app.state.metrics, routes=Routes(named))
    return app
