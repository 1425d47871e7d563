"""Asks a server and waits for the answer."""

import time
from collections.abc import Callable, Iterator
from functools import wraps
from inspect import Parameter, signature
from typing import Concatenate, ParamSpec, Self, TypeVar

import httpx2

from winnow_client import calls
from winnow_client.calls import Call
from winnow_client.connection import conclude, describe_connection, describe_request
from winnow_client.documents import DocumentPage, DocumentSummary
from winnow_client.tries import Outcome, Pace

P = ParamSpec("P")
T = TypeVar("T")


def _send(describe: Callable[P, Call[T]]) -> Callable[Concatenate["Client", P], T]:
    """The method that sends what `describe` describes, and takes what it takes."""

    @wraps(describe)
    def method(self: "Client", /, *given: P.args, **named: P.kwargs) -> T:
        return self._ask(describe(*given, **named))

    show_signature(method, describe)
    return method


def show_signature(method: object, described: Callable[..., object]) -> None:
    """Have `help` show what a method takes beside itself."""
    shown = signature(described)
    own = Parameter("self", Parameter.POSITIONAL_ONLY)
    method.__signature__ = shown.replace(  # type: ignore[attr-defined]
        parameters=[own, *shown.parameters.values()]
    )


class Client:
    """A connection to one server, for a `with` block; threads may share it.

    `key` is that of the variable WINNOW_KEY where none is given; "" is none. A try waits `timeout`
    seconds for the server; a call is tried again up to `retries` times, and `patience` seconds are
    all that its tries and the time between them may take. Each call, and making one, raises any
    WinnowClientError.
    """

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
        patience: float = 60.0,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = httpx2.Client(**describe_connection(address, key))
        self._pace = Pace(timeout, retries, patience, clock)
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    search = _send(calls.search)
    search_batch = _send(calls.search_batch)
    passage = _send(calls.passage)
    similar = _send(calls.similar)
    quote = _send(calls.quote)
    documents = _send(calls.documents)
    document = _send(calls.document)
    info = _send(calls.info)
    ready = _send(calls.ready)

    def all_documents(
        self, limit: int = 1000, *, build: str | None = None
    ) -> Iterator[DocumentSummary]:
        """All documents, by source, asked for `limit` at a time, all of one build.

        Raises NotFound where that build is replaced and no longer open before the last page.
        """
        call: Call[DocumentPage] | None = calls.documents(limit=limit, build=build)
        while call is not None:
            page = self._ask(call)
            yield from page.documents
            call = calls.documents_after(page, limit)

    def _ask(self, call: Call[T]) -> T:
        tries = self._pace.begin()
        while True:
            outcome: Outcome
            try:
                outcome = self._http.request(**describe_request(call, tries.timeout))
            except httpx2.RequestError as error:
                outcome = error
            wait = tries.find_wait(outcome)
            if wait is None:
                return conclude(call, outcome)
            self._sleep(wait)
