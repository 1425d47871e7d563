"""Each call of the HTTP API, described once: where it goes, what it takes, how its answer is read.

Both clients send these, so what one of them can do, and how, the other can too. Nothing is checked
here that the server checks: its own message is the better one.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Required, TypedDict, TypeVar, Unpack
from urllib.parse import quote as escape

import httpx2

from winnow_client.answers import Answer, Batch, Passage
from winnow_client.documents import Document, DocumentPage
from winnow_client.errors import Unexpected
from winnow_client.reading import R, read_record
from winnow_client.served import Health, Info

T = TypeVar("T")
Form = Literal["text", "markdown", "bibtex", "csl-json"]


class Options(TypedDict, total=False):
    """What a question may say beside its words. What is None, or not there, is not sent.

    `source` is a path in the corpus, a folder, or a glob; dates are inclusive (2016, 2016-05 or
    2016-05-13); `like` and `unlike` hold ids of passages, or texts.
    """

    k: int | None
    offset: int | None
    mode: Literal["hybrid", "dense", "lexical"] | None
    min_confidence: float | None
    source: str | None
    language: str | None
    after: str | None
    before: str | None
    sort: Literal["score", "date"] | None
    facets: bool | None
    like: Sequence[str] | None
    unlike: Sequence[str] | None
    syntax: Literal["plain", "operators"] | None


class Question(Options, total=False):
    """One of several questions."""

    q: Required[str]


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request, and what makes a value of its answer, whose status is 200.

    A `body` is sent by POST, as JSON.
    """

    path: str
    read: Callable[[httpx2.Response], T]
    query: dict[str, Any] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"


def search(q: str, *, build: str | None = None, **options: Unpack[Options]) -> Call[Answer]:
    """The passages that answer a question."""
    body = _write({"q": q, **_drop_none(**options)})
    return Call("/api/search", _reader(Answer), _drop_none(build=build), body)


def search_batch(
    questions: Iterable[str | Question], *, build: str | None = None
) -> Call[tuple[Answer, ...]]:
    """Several questions over one build, answered in their order; 50 at most.

    Each is its words, or a dictionary of `q` and the options of a search.
    """
    asked = [{"q": one} if isinstance(one, str) else _drop_none(**one) for one in questions]
    read = _reader(Batch)
    return Call(
        "/api/search/batch",
        lambda response: read(response).results,
        _drop_none(build=build),
        _write({"queries": asked}),
    )


def passage(passage_id: str, *, build: str | None = None) -> Call[Passage]:
    """One passage; for a folded one, the passage that stands for it."""
    return Call(_place("passages", passage_id), _reader(Passage), _drop_none(build=build))


def similar(passage_id: str, k: int | None = None, *, build: str | None = None) -> Call[Answer]:
    """The passages nearest to a passage."""
    place = _place("passages", passage_id)
    return Call(f"{place}/similar", _reader(Answer), _drop_none(k=k, build=build))


def quote(
    passage_id: str,
    format: Form = "text",
    start: int | None = None,
    end: int | None = None,
    *,
    build: str | None = None,
) -> Call[str]:
    """A passage, or its characters from `start` to `end`, with where they stand, to cite."""
    query = _drop_none(format=format, start=start, end=end, build=build)
    return Call(f"{_place('passages', passage_id)}/quote", lambda answer: answer.text, query)


def documents(
    offset: int | None = None, limit: int | None = None, *, build: str | None = None
) -> Call[DocumentPage]:
    """A page of the documents, by source: 100 of them, or `limit`, up to 1,000."""
    query = _drop_none(offset=offset, limit=limit, build=build)
    return Call("/api/documents", _reader(DocumentPage), query)


def documents_after(page: DocumentPage, limit: int) -> Call[DocumentPage] | None:
    """The page after a page, of the same build; None after the last one."""
    offset = page.offset + len(page.documents)
    if not page.documents or offset >= page.total:
        return None
    return documents(offset, limit, build=page.build)


def document(document_id: str, *, build: str | None = None) -> Call[Document]:
    """A whole document: its text, its passages, and what was set aside and why."""
    return Call(_place("documents", document_id), _reader(Document), _drop_none(build=build))


def info(*, build: str | None = None) -> Call[Info]:
    """What is being served: build, encoder, counts, limits, versions."""
    return Call("/api/info", _reader(Info), _drop_none(build=build))


def ready() -> Call[Health]:
    """The build that answers. Where none does, Busy is raised after the last try."""
    return Call("/readyz", _reader(Health))


def _reader(kind: type[R]) -> Callable[[httpx2.Response], R]:
    """Reads the JSON of a response. Raises Unexpected."""

    def read(response: httpx2.Response) -> R:
        try:
            data = json.loads(response.content)
        except ValueError as error:
            raise Unexpected(
                f"the answer is not JSON, but {response.headers.get('content-type', 'unnamed')}",
                "is this the address of a Winnow server?",
                status=response.status_code,
            ) from error
        return read_record(kind, data)

    return read


def _place(kind: str, name: str) -> str:
    return f"/api/{kind}/{escape(name, safe='')}"


def _drop_none(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _write(body: dict[str, Any]) -> bytes:
    """JSON in ASCII: a text that UTF-8 cannot hold reaches the server, which says what it is."""
    return json.dumps(body).encode("ascii")
