"""Whether the process is up, and whether it can answer."""

from fastapi import APIRouter, Request

from service.api.schemas import ErrorResponse, HealthResponse

router = APIRouter()


@router.get("/healthz")
def is_up() -> HealthResponse:
    """The process is up."""
    return HealthResponse(status="ok")


@router.get("/readyz", responses={503: {"model": ErrorResponse}})
def is_ready(request: Request) -> HealthResponse:
    """A checked build is open and the encoder answers: a real query is asked."""
    return HealthResponse(status="ready", build=request.app.state.live.check())
