"""Composes the web application over a Live searcher."""

from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from embeddings import __version__
from service.api import health, routes
from service.api.errors import add_error_handlers
from service.live import Live
from service.pages import routes as pages

_DESCRIPTION = (
    "Plain-language questions over a folder of documents, answered with the exact passages that "
    "answer them, or with a plain statement that nothing does."
)


def create_app(live: Live) -> FastAPI:
    """The application: API, pages, health, documentation, all served from this machine."""
    app = FastAPI(
        title="Winnow",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
    )
    app.state.live = live
    app.include_router(routes.router)
    app.include_router(health.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=pages.FOLDER / "static"), name="static")
    _add_docs(app)
    add_error_handlers(app, pages.show_error)
    return app


def _add_docs(app: FastAPI) -> None:
    """Swagger UI from its own package, so that /docs works offline."""
    folder = str(files("fastapi_swagger").joinpath("resources"))
    app.mount("/static-docs", StaticFiles(directory=folder), name="static-docs")

    @app.get("/docs", include_in_schema=False, response_class=HTMLResponse)
    def show_docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Winnow: the HTTP API",
            swagger_js_url="/static-docs/swagger-ui-bundle.js",
            swagger_css_url="/static-docs/swagger-ui.css",
            swagger_favicon_url="/static/icon.svg",
        )
