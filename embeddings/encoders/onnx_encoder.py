"""Runs an exported model by onnxruntime, without torch: for queries and passages alike.

Texts are split by the model's own tokenizer and cut where sentence-transformers would cut them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders.model_folder import ModelFolder
from embeddings.encoders.pooling import Outputs, pool_sentences
from embeddings.encoders.protocol import EncoderIdentity
from embeddings.encoders.runtime import load_onnxruntime
from embeddings.records import Numbers, Span, Vectors

INPUTS = ("input_ids", "attention_mask")
OUTPUT, TOKENS = "vectors", "token_outputs"
_TOKENS_AT_ONCE = 2048
_MOST_PADDED = 24  # tokens of one text
_PROVIDER = "CPUExecutionProvider"  # GPUs are left to torch (devices.py)
_ERRORS_ALONE = 3
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Padding:
    """How the shorter texts of a batch are filled up."""

    token: int
    left: bool


class OnnxEncoder:
    """Vectors of an exported model. Safe to use from several threads."""

    runtime = "onnx"

    def __init__(self, folder: ModelFolder, file: Path, dimension: int, padding: Padding) -> None:
        query_prompt, passage_prompt = folder.prompts
        self.identity = EncoderIdentity(
            name=folder.name,
            dimension=dimension,
            window=folder.window,
            weights_sha256=folder.weights_sha256,
            query_prompt=query_prompt,
            passage_prompt=passage_prompt,
            pooled=folder.pooled,
        )
        self._texts = TextReader(folder, padding)
        self._session = _open_session(file, _count_threads())

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self.identity.query_prompt + text for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self.identity.passage_prompt + text for text in texts])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self.identity.dimension), dtype=np.float32)
        rows = self._texts.read(texts)
        for batch in cut_batches([len(row) for row in rows]):
            vectors[batch] = self._run([rows[i] for i in batch])
        return vectors

    def encode_pooled(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, Vectors]:
        outputs = self._read_outputs(texts)
        dimension = self.identity.dimension
        return pool_sentences(texts, sentences, outputs, self.encode_passages, dimension)

    def _read_outputs(self, texts: Sequence[str]) -> Iterator[tuple[int, Outputs]]:
        read = self._texts.read_places(texts, self.identity.passage_prompt)
        for batch in cut_batches([len(row) for row, _ in read]):
            inputs = self._texts.fill_up([read[i][0] for i in batch])
            found = self._session.run([OUTPUT, TOKENS], dict(zip(INPUTS, inputs, strict=True)))
            for i, vector, tokens, mask in zip(batch, *found, inputs[1], strict=True):
                yield i, Outputs(vector, tokens[mask > 0], read[i][1])

    def encode_together(self, texts: Sequence[str]) -> Vectors:
        """As passages, in one batch whatever their lengths are."""
        prompted = [self.identity.passage_prompt + text for text in texts]
        return self._run(self._texts.read(prompted))

    def _run(self, rows: Sequence[Sequence[int]]) -> Vectors:
        inputs = dict(zip(INPUTS, self._texts.fill_up(rows), strict=True))
        vectors: Vectors = self._session.run([OUTPUT], inputs)[0]
        return vectors


class TextReader:
    """Texts -> the tokens that the model reads, marks included."""

    def __init__(self, folder: ModelFolder, padding: Padding) -> None:
        self._tokenizer = folder.take_tokenizer()
        self._tokenizer.enable_truncation(folder.length)
        self._padding = padding

    def read(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def read_places(self, texts: Sequence[str], prompt: str) -> list[tuple[list[int], Numbers]]:
        """Of texts behind a prompt, with where each token begins and ends in the text itself."""
        found = self._tokenizer.encode_batch([prompt + text for text in texts])
        return [(one.ids, np.array(one.offsets, dtype=np.int64) - len(prompt)) for one in found]

    def fill_up(self, rows: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
        """Token numbers [n, longest], and 1 where they are of the text."""
        width = max(1, *map(len, rows))
        ids = np.full((len(rows), width), self._padding.token, dtype=np.int64)
        mask = np.zeros_like(ids)
        for i, row in enumerate(rows):
            own = slice(width - len(row), width) if self._padding.left else slice(len(row))
            ids[i, own], mask[i, own] = row, 1
        return ids, mask


def cut_batches(lengths: Sequence[int], most: int = _TOKENS_AT_ONCE) -> Iterator[list[int]]:
    """The places of texts in batches of that many tokens at most, padding counted.

    The longest come first, beside their like, so that hardly anything is padded. A text that is
    longer has a batch of its own.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        longest = lengths[batch[0]] if batch else 0
        if batch and ((len(batch) + 1) * longest > most or longest - lengths[i] > _MOST_PADDED):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _open_session(file: Path, threads: int) -> Any:
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ALONE
    options.intra_op_num_threads = threads
    # Threads wait for work by spinning while a text is encoded, and not between two of them.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    # It would keep a plan of memory for each shape of a batch that was ever seen.
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(str(file), options, providers=[_PROVIDER])


def _count_threads() -> int:
    """As many as numpy's arithmetic takes: the cores, or fewer where OMP_NUM_THREADS says so.

    0, onnxruntime's own choice, where numpy does not tell.
    """
    from threadpoolctl import threadpool_info

    pools = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    return min(pools, default=0)
