"""Traces by OpenTelemetry: a span for each request, and in it one for each stage of its searches.

Where they are sent, how many, and under what name say OpenTelemetry's own variables, which its
packages read. A span holds the template of a route, never an address: questions are in those.
The packages are an extra, imported where traces are wanted and nowhere else.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embeddings import __version__
from embeddings.errors import TelemetryMissing
from service.metrics import METHODS, STAGES
from service.watching import NO_ROUTE, Record, Routes

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def require_packages() -> None:
    """Raises TelemetryMissing, before anything long has begun."""
    for name in _PACKAGES:
        try:
            import_module(name)
        except ImportError as error:
            raise TelemetryMissing(
                f"traces cannot be sent: {name} is not installed",
                "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http, or serve "
                "without --telemetry",
            ) from error


class Tracing:
    """Makes spans and sends them in batches, from a thread of its own."""

    def __init__(self) -> None:
        require_packages()
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        own = Resource.create({"service.name": "winnow", "service.version": __version__})
        named = own.merge(OTELResourceDetector().detect())  # OTEL_SERVICE_NAME and the like
        self._provider = TracerProvider(resource=named)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("winnow", __version__)

    def begin(self, method: str, route: str, headers: Headers) -> "Span":
        """The span of a request, inside that of its asker where the headers name one."""
        from opentelemetry import propagate
        from opentelemetry.trace import SpanKind

        known = method if method in METHODS else "_OTHER"
        return self._tracer.start_span(
            f"{known} {route}" if route != NO_ROUTE else known,
            propagate.extract(headers),
            SpanKind.SERVER,
            {"http.request.method": known, "http.route": route},
        )

    def end(self, span: "Span", record: Record, status: int) -> None:
        """Say what came of a request, and what each stage of its searches took."""
        from opentelemetry.trace import StatusCode

        span.set_attribute("http.response.status_code", status)
        span.set_attribute("winnow.request", record.id)
        if record.build is not None:
            span.set_attribute("winnow.build", record.build)
        if status >= 400:
            span.set_attribute("error.type", record.refusal or str(status))
        if status >= 500:
            span.set_status(StatusCode.ERROR)
        # One that was given up may end, and be noted, just now.
        for (took, _), ended in zip(record.searches, record.ended, strict=False):
            self._add_stages(span, took, ended)
        span.end()

    def _add_stages(self, span: "Span", took: dict[str, float], ended: int) -> None:
        """One after the other, though the search ends after the reranker: their lengths are so."""
        from opentelemetry.trace import set_span_in_context

        begun = ended - _count_nanoseconds(took["total"])
        for stage in STAGES:
            if length := _count_nanoseconds(took[stage]):
                inner = self._tracer.start_span(stage, set_span_in_context(span), start_time=begun)
                begun += length
                inner.end(begun)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def _count_nanoseconds(milliseconds: float) -> int:
    return int(milliseconds * 1_000_000)


class Traced:
    """Traces each request. Outermost, so that all of its time is in its span."""

    def __init__(self, app: ASGIApp, tracing: Tracing, routes: Routes) -> None:
        self._app = app
        self._tracing = tracing
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        route = self._routes.name(scope["path"])
        span = self._tracing.begin(scope["method"], route, Headers(scope=scope))
        status = 500  # where the application raises, which is answered further out

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, tell)
        finally:
            self._tracing.end(span, scope["state"]["record"], status)
