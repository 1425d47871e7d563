"""Whether the process is up, and whether it can answer."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.concurrency import run_in_threadpool

from service.api.schemas import ErrorResponse, HealthResponse
from service.live import Live
from service.metrics import Metrics

router = APIRouter()


class Readiness:
    """Asks a real query, one at a time: all who ask meanwhile are told what comes of it.

    So it needs no turn, and is no way around them.
    """

    def __init__(self, live: Live) -> None:
        self._live = live
        self._asking: asyncio.Future[str] | None = None

    async def ask(self) -> str:
        """The build that answers. Raises WinnowError where none does."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(run_in_threadpool(self._live.check))
        return await asyncio.shield(self._asking)


@router.get("/healthz")
async def is_up() -> HealthResponse:
    """The process is up."""
    return HealthResponse(status="ok")


@router.get("/readyz", responses={503: {"model": ErrorResponse}})
async def is_ready(request: Request) -> HealthResponse:
    """A build is open, its files are there whole, and a real query is answered."""
    return HealthResponse(status="ready", build=await request.app.state.readiness.ask())


@router.get("/metrics", include_in_schema=False)
def show_metrics(request: Request) -> Response:
    """What Prometheus reads."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.show(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
