"""A retriever for LangChain over a Winnow server. Needs the extra `langchain`."""

from typing import Any, cast

from winnow_client.answers import Answer, Hit
from winnow_client.async_client import AsyncClient
from winnow_client.calls import Options
from winnow_client.client import Client

try:
    from langchain_core.callbacks import (
        AsyncCallbackManagerForRetrieverRun,
        CallbackManagerForRetrieverRun,
    )
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from pydantic import Field, SecretStr
except ImportError as error:
    raise ImportError(
        "winnow_client.langchain needs langchain-core: pip install 'winnow-client[langchain]'"
    ) from error

_CITED = (
    *("document_id", "source", "title", "author", "url", "date", "page", "heading", "language"),
    *("start", "end", "also_in", "comment", "rank", "score", "confidence", "answer"),
)


class WinnowRetriever(BaseRetriever):
    """Passages as LangChain's documents, with what it takes to cite them as metadata.

    `answers_only` leaves out hits that are no answer, so that a question which nothing answers
    gives none. `key` is that of the variable WINNOW_KEY where none is given; `options` are those of
    `Client.search`. Raises what a client raises.
    """

    address: str = "http://127.0.0.1:8000"
    key: SecretStr | None = None
    k: int = 4
    answers_only: bool = False
    options: dict[str, Any] = Field(default_factory=dict)  # pydantic reads no TypedDict in 3.11

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        with Client(self.address, key=self._key) as client:
            return self._convert(client.search(query, **self._asked))

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        async with AsyncClient(self.address, key=self._key) as client:
            return self._convert(await client.search(query, **self._asked))

    @property
    def _key(self) -> str | None:
        return self.key.get_secret_value() if self.key else None

    @property
    def _asked(self) -> Options:
        return cast(Options, {"k": self.k, **self.options})

    def _convert(self, answer: Answer) -> list[Document]:
        hits = [hit for hit in answer.hits if hit.answer or not self.answers_only]
        return [
            Document(id=hit.passage_id, page_content=hit.text, metadata=_cite(hit, answer.build))
            for hit in hits
        ]


def _cite(hit: Hit, build: str) -> dict[str, Any]:
    """Where a passage stands, as plain JSON."""
    return {
        "build": build,
        "marked": list(hit.marked),
        **{name: hit.raw[name] for name in _CITED},
    }
