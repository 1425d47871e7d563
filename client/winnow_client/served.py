"""What a server says of itself, as its OpenAPI names the fields."""

from dataclasses import dataclass

from winnow_client.reading import Record

Counts = tuple[tuple[str | None, int], ...]


@dataclass(frozen=True, slots=True)
class Encoder(Record):
    """The encoder of the build. `languages` None means any, or not known."""

    name: str
    dimension: int
    window: int
    weights_sha256: str
    query_prompt: str
    passage_prompt: str
    languages: tuple[str, ...] | None
    runtime: str


@dataclass(frozen=True, slots=True)
class Reranker(Record):
    """The model that reads the first candidates again, and how long it may take for a query."""

    name: str
    weights_sha256: str
    milliseconds: int
    depth: int
    weight: float


@dataclass(frozen=True, slots=True)
class Confidence(Record):
    """Where confidence comes from: `status` is fitted, or uncalibrated."""

    status: str
    fitted_on: str
    thresholds: dict[str, float]


@dataclass(frozen=True, slots=True)
class Topic(Record):
    """A passage that stands for a group of passages near each other in meaning."""

    label: str
    passage_id: str


@dataclass(frozen=True, slots=True)
class Overview(Record):
    """What the corpus holds: pairs of a name, None where it is not known, and a count."""

    languages: Counts
    years: Counts
    folders: Counts
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Info(Record):
    """What is being served."""

    build: str
    created: str
    version: str
    format: int
    counts: dict[str, int]
    overview: Overview
    encoder: Encoder
    reranker: Reranker | None
    weights: dict[str, float]
    shares: dict[str, float]
    confidence: Confidence
    notices: tuple[str, ...]
    limits: dict[str, int]
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Health(Record):
    """Ready, with the build that answers."""

    status: str
    build: str | None = None
