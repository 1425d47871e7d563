"""Templates -> pages, and the policy under which a browser may show them.

The style stands in the page itself, so that the first sight of it needs one request; the policy
names it by its hash and lets nothing else in that is not served from here.
"""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from jinja2.ext import Extension
from markupsafe import Markup
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.pages import views
from service.pages.filters import MODES, name_language
from service.query import LONGEST_QUERY
from service.quoting import is_web_address

FOLDER = Path(__file__).parent


def _strip_indents(source: str) -> str:
    return re.sub(r"^[ \t]+", "", source, flags=re.MULTILINE)


class _Lean(Extension):
    """Leaves the indents of a template's source out, which a page carries for nothing."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _strip_indents(source)


def _read(name: str) -> str:
    return _strip_indents((FOLDER / "static" / name).read_text(encoding="utf-8"))


def _strip_style(source: str) -> str:
    """Without comments, and without white space that only people read."""
    return re.sub(
        r"\s*([{};])\s*", r"\1", re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    ).strip()


def _name_by_hash(style: str) -> str:
    return f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"


# Those of every page, and those that one kind of page has beside them.
_STYLES = {name: _strip_style(_read(f"{name}.css")) for name in ("style", "reading", "about")}
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'self' {' '.join(map(_name_by_hash, _STYLES.values()))}",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_templates = Jinja2Templates(FOLDER / "templates")
_templates.env.add_extension(_Lean)
_templates.env.trim_blocks = _templates.env.lstrip_blocks = True
_templates.env.tests["web_address"] = is_web_address
_templates.env.filters |= {
    "sentence": views.make_sentence,
    "moment": views.name_moment,
    "language": name_language,
}
# Files of the project itself, so they may stand as they are.
_templates.env.globals |= {
    "styles": {name: Markup(f"<style>{style}</style>") for name, style in _STYLES.items()},  # nosec B704  # as said above
    "icon": Markup(_read("icon.svg")),  # nosec B704  # as said above
    "modes": MODES,
    "longest": LONGEST_QUERY,
}


def render(request: Request, name: str, shown: dict[str, Any], status: int = 200) -> Response:
    """A page from its template."""
    return _templates.TemplateResponse(request, name, shown, status_code=status)


class Policy:
    """Adds the content security policy, and what goes with it, to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_policy if scope["type"] == "http" else send)


_HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]
