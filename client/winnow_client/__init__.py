"""Asks a Winnow server: `Client`, and `AsyncClient` with the same methods."""

from importlib.metadata import version

from winnow_client.answers import (
    Answer,
    Count,
    Facet,
    Hit,
    Notice,
    Passage,
    Place,
    Signals,
    Span,
    Took,
    Understood,
)
from winnow_client.async_client import AsyncClient
from winnow_client.calls import Form, Options, Question
from winnow_client.client import Client
from winnow_client.documents import (
    Document,
    DocumentPage,
    DocumentSummary,
    Folded,
    Kept,
    Mark,
)
from winnow_client.errors import (
    Busy,
    Invalid,
    NotFound,
    Refused,
    Unexpected,
    Unreachable,
    WinnowClientError,
)
from winnow_client.served import (
    Confidence,
    Encoder,
    Health,
    Info,
    Overview,
    Reranker,
    Topic,
)

__all__ = [
    "Answer",
    "AsyncClient",
    "Busy",
    "Client",
    "Confidence",
    "Count",
    "Document",
    "DocumentPage",
    "DocumentSummary",
    "Encoder",
    "Facet",
    "Folded",
    "Form",
    "Health",
    "Hit",
    "Info",
    "Invalid",
    "Kept",
    "Mark",
    "NotFound",
    "Notice",
    "Options",
    "Overview",
    "Passage",
    "Place",
    "Question",
    "Refused",
    "Reranker",
    "Signals",
    "Span",
    "Took",
    "Topic",
    "Understood",
    "Unexpected",
    "Unreachable",
    "WinnowClientError",
]
__version__ = version("winnow-client")
