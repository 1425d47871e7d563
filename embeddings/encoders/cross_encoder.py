"""Any sentence-transformers CrossEncoder from a local folder: safetensors only, never remote code.

It reads a query and a text together, which is slower than comparing their vectors, and more exact.
"""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from embeddings.encoders.model_folder import ModelFolder
from embeddings.encoders.protocol import RerankerIdentity
from embeddings.errors import EncoderUnavailable
from embeddings.records import Vectors


class CrossEncoderReranker:
    """Values of a cross-encoder with one label. Raises EncoderUnavailable for any other model."""

    def __init__(self, folder: ModelFolder, device: str = "cpu") -> None:
        if not folder.is_cross_encoder:
            raise EncoderUnavailable(
                f"{folder.path} is no cross-encoder: it has no weights that judge a pair of texts",
                _REMEDY,
            )
        self._model = _load_model(folder, device)
        if self._model.num_labels != 1:
            raise EncoderUnavailable(
                f"the model in {folder.path} gives {self._model.num_labels} labels, where one "
                "number is needed: how well a text answers",
                _REMEDY,
            )
        self.identity = RerankerIdentity(folder.name, folder.weights_sha256)
        self._lock = threading.Lock()  # its tokenizer is not made for several threads
        self._check(folder)

    def _check(self, folder: ModelFolder) -> None:
        """Let it judge once. Raises EncoderUnavailable where no number comes of it."""
        try:
            value = float(self.score("query", ["text"])[0])
        except Exception as error:  # the libraries below raise what they like
            raise _describe_damage(folder, str(error)) from error
        if not np.isfinite(value):
            raise _describe_damage(folder, "what it gives is no number")

    def score(self, query: str, texts: Sequence[str]) -> Vectors:
        import torch

        if not texts:
            return np.empty(0, dtype=np.float32)
        # Raw, since most models apply a sigmoid of their own where they are not told otherwise.
        with self._lock:
            logits = self._model.predict(
                [(query, text) for text in texts],
                batch_size=len(texts),
                activation_fn=torch.nn.Identity(),
                show_progress_bar=False,
            )
        sigmoid = (1 + np.tanh(np.asarray(logits, dtype=np.float64) / 2)) / 2
        return sigmoid.astype(np.float32)


_REMEDY = "give a cross-encoder with one label, made to rank passages for a query"


def _load_model(folder: ModelFolder, device: str) -> Any:
    try:
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        return CrossEncoder(
            str(folder.path),
            device=device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # the libraries below raise what they like
        raise _describe_damage(folder, str(error)) from error


def _describe_damage(folder: ModelFolder, what: str) -> EncoderUnavailable:
    return EncoderUnavailable(
        f"the model in {folder.path} cannot be used: {what}",
        "check that the folder is whole, or fetch it again",
    )
