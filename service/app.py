"""Composes the web application over a Live searcher."""

from importlib.resources import files

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from embeddings import __version__
from service.api import health, routes
from service.api.errors import add_error_handlers
from service.limits import Turns, take_turn
from service.live import Live
from service.pages import rendering
from service.pages import routes as pages

_DESCRIPTION = (
    "Plain-language questions over a folder of documents, answered with the exact passages that "
    "answer them, or with a plain statement that nothing does."
)


def create_app(live: Live, turns: Turns | None = None) -> FastAPI:
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
    app.add_middleware(rendering.Policy)
    turn = [Depends(take_turn)]
    app.include_router(routes.router, dependencies=turn)
    app.include_router(health.router)
    app.include_router(pages.router, dependencies=turn)
    app.mount("/static", StaticFiles(directory=rendering.FOLDER / "static"), name="static")
    _add_docs(app)
    add_error_handlers(app, pages.show_error)
    return app


def _add_docs(app: FastAPI) -> None:
    """Swagger UI from its own package, so that /docs works offline."""
    folder = str(files("fastapi_swagger").joinpath("resources"))
    app.mount("/static-docs", StaticFiles(directory=folder), name="static-docs")

    @app.get("/docs", include_in_schema=False, response_class=HTMLResponse)
    def show_docs(request: Request) -> Response:
        return rendering.render(request, "docs.html", {})
