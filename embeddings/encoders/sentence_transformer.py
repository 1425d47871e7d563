"""Any sentence-transformers model from a local folder: safetensors only, never remote code."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from embeddings.encoders.model_folder import ModelFolder
from embeddings.encoders.onnx_encoder import Padding, TextReader
from embeddings.encoders.pooling import Outputs, pool_sentences
from embeddings.encoders.protocol import EncoderIdentity
from embeddings.errors import EncoderUnavailable
from embeddings.records import Span, Vectors

_BATCH = 32


class SentenceTransformerEncoder:
    """Vectors of a sentence-transformers model, divided by their length."""

    runtime = "sentence-transformers"

    def __init__(self, folder: ModelFolder, device: str = "cpu") -> None:
        self.model = _load_model(folder, device)
        self._folder = folder
        query_prompt, passage_prompt = folder.prompts
        self.identity = EncoderIdentity(
            name=folder.name,
            dimension=int(self.model.get_embedding_dimension()),
            window=folder.window,
            weights_sha256=folder.weights_sha256,
            query_prompt=query_prompt,
            passage_prompt=passage_prompt,
            pooled=folder.pooled,
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

    def encode_pooled(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, Vectors]:
        outputs = self._read_outputs(texts)
        dimension = self.identity.dimension
        return pool_sentences(texts, sentences, outputs, self.encode_passages, dimension)

    def _read_outputs(self, texts: Sequence[str]) -> Iterator[tuple[int, Outputs]]:
        prompt = self.identity.passage_prompt
        for start in range(0, len(texts), _BATCH):
            some = texts[start : start + _BATCH]
            found = self.model.encode(
                [prompt + text for text in some],
                output_value=None,
                batch_size=_BATCH,
                show_progress_bar=False,
            )
            read = self._texts.read_places(some, prompt)
            for number, (one, (_, places)) in enumerate(zip(found, read, strict=True), start):
                mask = one["attention_mask"].cpu().numpy() > 0
                tokens = one["token_embeddings"].float().cpu().numpy()[mask]
                vector = one["sentence_embedding"].float().cpu().numpy()
                yield number, Outputs(vector / np.linalg.norm(vector), tokens, places)

    @cached_property
    def _texts(self) -> TextReader:
        return TextReader(self._folder, self.padding)

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
