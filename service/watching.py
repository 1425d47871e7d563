"""What is known of each request once it has ended, for whoever counts it or writes it down.

The text of a question is none of it, unless the server was told to write that down too.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import escape
from service.metrics import STAGES, Metrics
from service.query import LONGEST_QUERY
from service.search import Results, Searcher

_LOG = logging.getLogger("winnow")
_LINE = "%(method)s %(path)s %(status)s, %(ms)s ms, request %(request)s, build %(build)s%(shown)s"
_LONGEST_PATH = 200
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NO_ROUTE = "none"


@dataclass(slots=True)
class Record:
    """One request. What is behind the routes fills in its build and searches."""

    id: str
    build: str | None = None
    searches: list[tuple[dict[str, float], bool]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)  # each search, in nanoseconds of the epoch
    remembered: int = 0
    refusal: str | None = None

    def follow(self, searcher: Searcher) -> Searcher:
        """The same Searcher, which tells this record what each search took."""
        self.build = searcher.manifest.build
        return searcher.telling(self._note)

    def _note(self, results: Results) -> None:
        self.ended.append(time.time_ns())
        self.searches.append((results.took_ms, results.answered))
        self.questions.append(results.query.asked)
        self.remembered += results.remembered

    def make_timing(self) -> str:
        """The value of `Server-Timing`: each stage of all searches together."""
        sums = {
            stage: sum(took[stage] for took, _ in self.searches) for stage in (*STAGES, "total")
        }
        return ", ".join(f"{stage};dur={spent:g}" for stage, spent in sums.items())


class Routes:
    """Addresses -> the templates of their routes, a bounded set."""

    def __init__(self, routes: Sequence[Any]) -> None:
        self._templates = [
            (route.path_regex, route.path) for route in routes if hasattr(route, "path_regex")
        ]

    def name(self, path: str) -> str:
        for pattern, template in self._templates:
            if pattern.match(path):
                return str(template)
        return NO_ROUTE


class Watch:
    """Gives each request an id; when it has ended, counts it and writes one line of it."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, routes: Routes, log_queries: bool = False
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._routes = routes
        self._log_queries = log_queries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = time.perf_counter()
        record = Record(_read_id(scope))
        scope.setdefault("state", {})["record"] = record
        status, told = 500, False  # where the application raises, which is answered further out

        def finish() -> None:
            nonlocal told
            told, seconds = True, time.perf_counter() - started
            self._count(scope, record, status, seconds)
            questions = _find_questions(scope, record) if self._log_queries else []
            _write(scope, record, status, seconds, questions)

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_make_headers(record)]
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                finish()  # before it is sent: who has an answer finds it counted
            await send(message)

        try:
            await self._app(scope, receive, tell)
        finally:
            if not told:
                finish()

    def _count(self, scope: Scope, record: Record, status: int, seconds: float) -> None:
        route = self._routes.name(scope["path"])
        self._metrics.count_request(route, scope["method"], status, seconds)
        if status >= 400 or record.refusal:  # a refusal may come as a tool's result, which is 200
            # A page that shows its own error tells no code; a crash is told of further out.
            code = record.refusal or ("internal" if status >= 500 else "invalid_input")
            self._metrics.count_refusal(code)
        for took, answered in record.searches:
            self._metrics.count_search(took, answered)
        self._metrics.count_remembered(record.remembered)


def _read_id(scope: Scope) -> str:
    """The id that the asker gave, where it is a harmless one, else a new one."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _ID.fullmatch(given) else secrets.token_hex(8)


def _find_questions(scope: Scope, record: Record) -> list[str]:
    """What was asked in the address, answered or not, and what was searched for besides."""
    in_address = scope["query_string"].decode("utf-8", "replace")
    asked = [*parse_qs(in_address).get("q", []), *record.questions]
    return [question[:LONGEST_QUERY] for question in dict.fromkeys(map(str.strip, asked))]


def _write(scope: Scope, record: Record, status: int, seconds: float, questions: list[str]) -> None:
    """One line, without what stands behind the path; with `questions` where they are wanted."""
    facts: dict[str, Any] = {
        "request": record.id,
        "method": scope["method"],
        "path": quote(scope["path"])[:_LONGEST_PATH],
        "status": status,
        "ms": round(1000 * seconds, 1),
        "build": record.build,
    }
    shown = ""
    if questions:
        facts["questions"] = questions
        shown = f", asked {escape(json.dumps(questions, ensure_ascii=False))}"
    _LOG.info(_LINE, {**facts, "shown": shown}, extra={"facts": facts})


def _make_headers(record: Record) -> list[tuple[bytes, bytes]]:
    headers = [(b"x-request-id", record.id.encode())]
    if record.searches:
        headers.append((b"server-timing", record.make_timing().encode()))
    return headers
