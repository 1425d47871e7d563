"""The shapes of what is said of the index being served, as OpenAPI shows them."""

from pydantic import BaseModel


class EncoderOut(BaseModel):
    """The encoder of the build. `languages` null means any, or not known."""

    name: str
    dimension: int
    window: int
    weights_sha256: str
    query_prompt: str
    passage_prompt: str
    languages: list[str] | None


class RerankerOut(BaseModel):
    """The model that reads the first candidates again, and how long it may take for a query.

    `weight * (signals.reranker - 0.5)` is added to the score of each passage it read.
    """

    name: str
    weights_sha256: str
    milliseconds: int
    depth: int
    weight: float


class ConfidenceOut(BaseModel):
    """Where confidence comes from: `status` is fitted, or uncalibrated.

    It is uncalibrated for an encoder without numbers of its own, and with any reranker.

    `thresholds`, by mode: the least score of an answer.
    """

    status: str
    fitted_on: str
    thresholds: dict[str, float]


class InfoResponse(BaseModel):
    """What is being served."""

    build: str
    created: str
    version: str
    format: int
    counts: dict[str, int]
    encoder: EncoderOut
    reranker: RerankerOut | None
    weights: dict[str, float]
    shares: dict[str, float]
    confidence: ConfidenceOut
    notices: list[str]
    limits: dict[str, int]
    versions: dict[str, str]
