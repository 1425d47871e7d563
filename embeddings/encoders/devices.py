"""Where an encoder runs: on the CPU, or on a GPU where one is there.

torch is asked only where its build knows GPUs, which its version tells without loading it.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.metadata import version

from embeddings.encoders.kept_export import Tell, open_exported
from embeddings.encoders.model_folder import ModelFolder
from embeddings.encoders.protocol import Encoder, EncoderIdentity
from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder
from embeddings.errors import EncoderUnavailable
from embeddings.records import Span, Vectors

AUTO, CPU = "auto", "cpu"


class Divided:
    """Queries by one encoder, passages by another of the same model, opened when first needed."""

    def __init__(self, queries: Encoder, open_passages: Callable[[], Encoder]) -> None:
        self.identity: EncoderIdentity = queries.identity
        self.runtime = queries.runtime
        self._queries = queries
        self._open_passages = open_passages

    @cached_property
    def _passages(self) -> Encoder:
        return self._open_passages()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._queries.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._passages.encode_passages(texts)

    def encode_pooled(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, Vectors]:
        return self._passages.encode_pooled(texts, sentences)


def open_on(folder: ModelFolder, device: str, tell: Tell) -> Encoder:
    """The encoder of a model on a device: auto, cpu, or one by torch's name of it.

    On `auto` a GPU encodes the passages where one is there; a query is a short text, and the CPU
    has it done before torch is loaded. Raises EncoderUnavailable.
    """
    if device not in (AUTO, CPU):
        _require(device)
        return SentenceTransformerEncoder(folder, device)
    encoder = open_exported(folder, tell)
    if device == CPU or not _may_have_gpu():
        return encoder

    def open_passages() -> Encoder:
        return SentenceTransformerEncoder(folder, "cuda") if _is_there("cuda") else encoder

    return Divided(encoder, open_passages)


def _may_have_gpu() -> bool:
    """Whether the installed torch could know a GPU of the kind cuda."""
    return not version("torch").endswith("+cpu") and sys.platform != "darwin"


def _require(device: str) -> None:
    if not _is_there(device):
        raise EncoderUnavailable(
            f"no device {device!r} is here, as far as torch {version('torch')} knows",
            "give --device cpu, or auto; for a GPU install a build of torch that knows it, in the "
            "same version",
        )


def _is_there(device: str) -> bool:
    import torch

    kind, _, number = device.partition(":")
    if kind == "cuda":
        return int(number or 0) < torch.cuda.device_count()
    return kind == "mps" and torch.backends.mps.is_available()
