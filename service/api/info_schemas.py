"""The shapes of what is said of the index being served, as OpenAPI shows them."""

from pydantic import BaseModel

Counts = list[tuple[str | None, int]]


class EncoderOut(BaseModel):
    """The encoder of the build. `languages` null means any, or not known.

    `runtime` is what runs it for queries: onnx, sentence-transformers or hashing.
    """

    name: str
    dimension: int
    window: int
    weights_sha256: str
    query_prompt: str
    passage_prompt: str
    languages: list[str] | None
    runtime: str


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


class TopicOut(BaseModel):
    """A passage that stands for a group of passages near each other in meaning."""

    label: str
    passage_id: str


class OverviewOut(BaseModel):
    """What the corpus holds: pairs of a name, null where it is not known, and a count.

    `languages` counts passages, most first; `years` (newest first) and `folders` (of the first
    level, "" for files in none) count documents; `topics` begin with that of the largest group.
    """

    languages: Counts
    years: Counts
    folders: Counts
    topics: list[TopicOut]


class InfoResponse(BaseModel):
    """What is being served."""

    build: str
    created: str
    version: str
    format: int
    counts: dict[str, int]
    overview: OverviewOut
    encoder: EncoderOut
    reranker: RerankerOut | None
    weights: dict[str, float]
    shares: dict[str, float]
    confidence: ConfidenceOut
    notices: list[str]
    limits: dict[str, int]
    versions: dict[str, str]
