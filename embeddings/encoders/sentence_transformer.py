"""Any sentence-transformers model from a local folder: safetensors only, never remote code."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from embeddings.encoders.model_folder import ModelFolder
from embeddings.encoders.onnx_encoder import Padding
from embeddings.encoders.protocol import EncoderIdentity
from embeddings.errors import EncoderUnavailable
from embeddings.records import Vectors

_BATCH = 32


class SentenceTransformerEncoder:
    """Vectors of a sentence-transformers model, divided by their length."""

    runtime = "sentence-transformers"

    def __init__(self, folder: ModelFolder, device: str = "cpu") -> None:
        self.model = _load_model(folder, device)
        query_prompt, passage_prompt = folder.prompts
        self.identity = EncoderIdentity(
            name=folder.name,
            dimension=int(self.model.get_embedding_dimension()),
            window=folder.window,
            weights_sha256=folder.weights_sha256,
            query_prompt=query_prompt,
            passage_prompt=passage_prompt,
        )

    @property
    def padding(self) -> Padding:
        """How its tokenizer fills up a batch."""
        tokenizer = self.model.tokenizer
        return Padding(int(tokenizer.pad_token_id), tokenizer.padding_side == "left")

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self.identity.query_prompt + text for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self.identity.passage_prompt + text for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = self.model.encode(
            texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        return vectors.reshape(len(texts), self.identity.dimension)


def _load_model(folder: ModelFolder, device: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(
            str(folder.path),
            device=device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # the libraries below raise what they like
        raise EncoderUnavailable(
            f"the model in {folder.path} cannot be loaded: {error}",
            "check that the folder is whole, or fetch it again",
        ) from error
    model.default_prompt_name = None
    return model
