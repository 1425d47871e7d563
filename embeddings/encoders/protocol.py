"""The encoder seam, and that of the reranker."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from embeddings.records import Span, Vectors


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """What a build records of its encoder, and what a query's encoder must equal.

    `window` is the most tokens a text may have, the encoder's own prompt and marks not counted.
    With `pooled`, a build takes the vectors of a passage's sentences out of the passage's tokens.
    """

    name: str
    dimension: int
    window: int
    weights_sha256: str
    query_prompt: str = ""
    passage_prompt: str = ""
    pooled: bool = False


class Tokenizer(Protocol):
    """Counts an encoder's tokens without its weights."""

    @property
    def window(self) -> int: ...

    @property
    def known_identity(self) -> dict[str, object]:
        """What the encoder's identity will say, as far as it is known without loading the model.

        Raises EncoderUnavailable where its weights are not on this machine.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, marks and prompt not counted."""
        ...


class Encoder(Protocol):
    """Queries and passages apart, because prompts differ.

    All vectors are float32 [n, dimension], rows of length 1.
    """

    @property
    def identity(self) -> EncoderIdentity: ...

    @property
    def runtime(self) -> str:
        """What runs it, for queries: onnx, sentence-transformers or hashing."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors: ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors: ...

    def encode_pooled(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, Vectors]:
        """Of passages, and of the sentences of each, one after the other.

        A sentence's is the mean of the outputs of the tokens inside it where the model reads the
        whole passage, divided by its length; that of the passage where it is all of it. One beyond
        the window is encoded by itself. For encoders whose identity says `pooled`.
        """
        ...


@dataclass(frozen=True, slots=True)
class RerankerIdentity:
    """Which model judged."""

    name: str
    weights_sha256: str


class Reranker(Protocol):
    """Reads a query and a text together. Safe to use from several threads."""

    @property
    def identity(self) -> RerankerIdentity: ...

    def score(self, query: str, texts: Sequence[str]) -> Vectors:
        """How likely each text answers the query, by the model's own reckoning, from 0 to 1."""
        ...
