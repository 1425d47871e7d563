"""Passages by an export whose weights are rounded to 8 bits; queries by the exact one.

Faster, and a little off: how much is measured on texts of the corpus itself.
"""

import logging
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.encoders.keeping import locked, write_aside
from embeddings.encoders.kept_export import GRAPH, Tell, find_export, is_whole, write_sums
from embeddings.encoders.model_folder import ModelFolder
from embeddings.encoders.onnx_encoder import OnnxEncoder
from embeddings.encoders.protocol import EncoderIdentity
from embeddings.encoders.runtime import load_quantization
from embeddings.errors import EncoderUnavailable
from embeddings.records import Numbers, Span, Vectors

_SAMPLE = 256
_NEAREST = 10


@dataclass(frozen=True, slots=True)
class Loss:
    """What rounding changed in `texts` texts: cosines of both vectors of a text, and the share of
    its ten nearest among them that both have."""

    texts: int
    mean_cosine: float
    least_cosine: float
    nearest_kept: float


class RoundedEncoder:
    """Keeps an even sample of the passages that it encodes, to measure the loss by."""

    def __init__(self, exact: OnnxEncoder, rounded: OnnxEncoder) -> None:
        self.identity: EncoderIdentity = exact.identity
        self.runtime = exact.runtime
        self._exact = exact
        self._rounded = rounded
        self._seen = 0
        self._sample: list[tuple[str, Sequence[Span]]] = []
        self._choice = random.Random(0)  # nosec B311  # a sample is no secret

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._exact.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        for text in texts:
            self._note(text)
        return self._rounded.encode_passages(texts)

    def encode_pooled(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, Vectors]:
        for text, own in zip(texts, sentences, strict=True):
            self._note(text, [span for span in own if span != Span(0, len(text))])
        return self._rounded.encode_pooled(texts, sentences)

    def _note(self, text: str, sentences: Sequence[Span] = ()) -> None:
        """Reservoir sampling (Vitter, 1985): each text is as likely to stay as every other."""
        self._seen += 1
        if len(self._sample) < _SAMPLE:
            self._sample.append((text, sentences))
        elif (place := self._choice.randrange(self._seen)) < _SAMPLE:
            self._sample[place] = text, sentences

    def measure_loss(self) -> Loss | None:
        """None where nothing was encoded."""
        if not self._sample:
            return None
        exact, rounded = map(self._encode_sample, (self._exact, self._rounded))
        cosines = np.sum(exact * rounded, axis=1)
        return Loss(
            texts=len(cosines),
            mean_cosine=round(float(cosines.mean()), 4),
            least_cosine=round(float(cosines.min()), 4),
            nearest_kept=round(_compare_nearest(exact, rounded), 4),
        )

    def _encode_sample(self, encoder: OnnxEncoder) -> Vectors:
        texts, sentences = zip(*self._sample, strict=True)
        if not self.identity.pooled:
            return encoder.encode_passages(texts)
        return np.concatenate(encoder.encode_pooled(texts, sentences))


def _compare_nearest(one: Vectors, other: Vectors) -> float:
    most = min(_NEAREST, len(one) - 1)
    if not most:
        return 1.0
    pairs = zip(_find_nearest(one, most), _find_nearest(other, most), strict=True)
    return float(np.mean([len(np.intersect1d(a, b)) / most for a, b in pairs]))


def _find_nearest(vectors: Vectors, most: int) -> Numbers:
    """The places of the nearest to each, itself left out."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -2)
    nearest: Numbers = np.argsort(-cosines, axis=1, kind="stable")[:, :most]
    return nearest


def open_rounded(folder: ModelFolder, tell: Tell) -> RoundedEncoder:
    """Made of the model's export by the first call, and kept beside it.

    Raises EncoderUnavailable where the model has no export, or the rounded one cannot be kept.
    """
    found = find_export(folder, tell)
    if found is None:
        raise EncoderUnavailable(
            f"--int8 needs an export of {folder.name} for onnxruntime, and it has none",
            "build without --int8",
        )
    kept = found.folder.with_name(f"{found.folder.name}-int8")
    if not is_whole(kept):
        try:
            with locked(kept.parent):
                if not is_whole(kept):
                    tell(f"rounding the weights of {folder.name} to 8 bits, once for this machine")
                    write_aside(kept, lambda aside: _round(found.folder / GRAPH, aside))
        except OSError as error:
            raise EncoderUnavailable(
                f"the rounded export cannot be kept in {kept.parent}: {error.strerror or error}",
                "make room there, set HF_HOME to a folder that can be written, or leave out --int8",
            ) from error
    exact = found.open(folder)
    return RoundedEncoder(exact, found.open(folder, kept / GRAPH))


def _round(graph: Path, aside: Path) -> None:
    """One bit less than there is, so that no processor's sums of products overflow."""
    quantization = load_quantization()
    with _silence():
        quantization.quantize_dynamic(
            graph,
            aside / GRAPH,
            per_channel=True,
            reduce_range=True,
            weight_type=quantization.QuantType.QInt8,
        )
    write_sums(aside)


@contextmanager
def _silence() -> Iterator[None]:
    """It advises, at the root of all loggers, a step that changes nothing here."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
