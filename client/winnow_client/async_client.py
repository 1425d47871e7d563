"""Asks a server, while other coroutines run."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx2

from winnow_client import calls
from winnow_client.calls import Call
from winnow_client.client import show_signature
from winnow_client.connection import conclude, describe_connection, describe_request
from winnow_client.documents import DocumentPage, DocumentSummary
from winnow_client.tries import Outcome, Pace

P = ParamSpec("P")
T = TypeVar("T")


def _send(
    describe: Callable[P, Call[T]],
) -> Callable[Concatenate["AsyncClient", P], Coroutine[Any, Any, T]]:
    """The method that sends what `describe` describes, and takes what it takes."""

    @wraps(describe)
    async def method(self: "AsyncClient", /, *given: P.args, **named: P.kwargs) -> T:
        return await self._ask(describe(*given, **named))

    show_signature(method, describe)
    return method


class AsyncClient:
    """The same as Client, for an `async with` block; it belongs to one event loop."""

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
        patience: float = 60.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = httpx2.AsyncClient(**describe_connection(address, key))
        self._pace = Pace(timeout, retries, patience, clock)
        self._sleep = sleep

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    search = _send(calls.search)
    search_batch = _send(calls.search_batch)
    passage = _send(calls.passage)
    similar = _send(calls.similar)
    quote = _send(calls.quote)
    documents = _send(calls.documents)
    document = _send(calls.document)
    info = _send(calls.info)
    ready = _send(calls.ready)

    async def all_documents(
        self, limit: int = 1000, *, build: str | None = None
    ) -> AsyncIterator[DocumentSummary]:
        """All documents, by source, asked for `limit` at a time, all of one build.

        Raises NotFound where that build is replaced and no longer open before the last page.
        """
        call: Call[DocumentPage] | None = calls.documents(limit=limit, build=build)
        while call is not None:
            page = await self._ask(call)
            for document in page.documents:
                yield document
            call = calls.documents_after(page, limit)

    async def _ask(self, call: Call[T]) -> T:
        tries = self._pace.begin()
        while True:
            outcome: Outcome
            try:
                outcome = await self._http.request(**describe_request(call, tries.timeout))
            except httpx2.RequestError as error:
                outcome = error
            wait = tries.find_wait(outcome)
            if wait is None:
                return conclude(call, outcome)
            await self._sleep(wait)
