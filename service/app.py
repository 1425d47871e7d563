"""Composes the web application over a Live searcher."""

from fastapi import Depends, FastAPI
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.staticfiles import StaticFiles

from embeddings import __version__
from service.access import Access, Gate
from service.api import health, routes
from service.api.errors import add_error_handlers
from service.limits import Turns, take_turn
from service.live import Live
from service.pages import login, rendering
from service.pages import routes as pages

_DESCRIPTION = (
    "Plain-language questions over a folder of documents, answered with the exact passages that "
    "answer them, or with a plain statement that nothing does."
)


def create_app(live: Live, turns: Turns | None = None, access: Access | None = None) -> FastAPI:
    """The application: API, pages, health, documentation, all served from this machine."""
    app = FastAPI(
        title="Winnow",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
    )
    app.state.live = live
    app.state.turns = turns or Turns()
    app.state.access = access or Access()
    app.add_middleware(Gate, access=app.state.access)
    app.add_middleware(rendering.Policy)
    turn = [Depends(take_turn)]
    # The gate looks at keys; these two only say in the description how one is sent.
    ways = [
        Depends(HTTPBearer(auto_error=False)),
        Depends(APIKeyHeader(name="X-API-Key", auto_error=False)),
    ]
    app.include_router(routes.router, dependencies=[*turn, *ways])
    app.include_router(health.router)
    app.include_router(login.router)
    app.include_router(pages.router, dependencies=turn)
    app.mount("/static", StaticFiles(directory=rendering.FOLDER / "static"), name="static")
    add_error_handlers(app, pages.show_error)
    return app
