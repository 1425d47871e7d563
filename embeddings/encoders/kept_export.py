"""The export of a model: made once, compared with the model itself, kept, and checked when opened.

A folder for each model, by the hashes of its weights and of its files of JSON, with the graph, what
is known of it (`export.json`) and the sha256 of both. Of a model that cannot be exported, or whose
export gives other vectors, only the reason is kept, with the libraries that it holds for.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoders.keeping import find_home, locked, write_aside
from embeddings.encoders.model_folder import ModelFolder, hash_file
from embeddings.encoders.onnx_encoder import OnnxEncoder, Padding, TextReader
from embeddings.encoders.protocol import Encoder
from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder
from embeddings.records import Span

Tell = Callable[[str], None]
LEAST_COSINE = 0.9999
_FORM = 2  # of the graph and of what is kept beside it
GRAPH, _FACTS, _SUMS = "model.onnx", "export.json", "SHA256SUMS"
_MADE_WITH = ("onnx", "onnxruntime", "sentence-transformers", "torch", "transformers")
_COMPARED = (
    "lamp",
    "",
    "Who keeps the lamp of the lighthouse burning when the keeper is away?",
    "Маяк на мысе зажигают каждый вечер, и смотритель записывает час в журнал.",
    "灯台の灯は毎晩ともされ、番人がその時刻を記録する。",
    "يضيء الحارس المنارة كل مساء ويكتب الساعة في الدفتر.",
    "1,204 lamps — 35 °C; e = mc² 🔦 naïve café",
    "The tide rises twice a day, and the bell of the harbour rings for every ship. " * 60,
)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is kept beside the graph; `refused` is why there is none."""

    dimension: int = 0
    padding_token: int = 0
    padding_left: bool = False
    refused: str = ""
    made_with: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """An export that lies in a folder, whole."""

    folder: Path
    facts: _Facts

    def open(self, model: ModelFolder, graph: Path | None = None) -> OnnxEncoder:
        """The encoder that it is, or that another graph of the same form is."""
        padding = Padding(self.facts.padding_token, self.facts.padding_left)
        return OnnxEncoder(model, graph or self.folder / GRAPH, self.facts.dimension, padding)


def open_exported(folder: ModelFolder, tell: Tell) -> Encoder:
    """The encoder of an export, made by the first call; else that of sentence-transformers.

    Raises EncoderUnavailable where the model itself cannot be loaded.
    """
    found = find_export(folder, tell)
    return found.open(folder) if found else SentenceTransformerEncoder(folder)


def find_export(folder: ModelFolder, tell: Tell) -> Export | None:
    """Made by the first call; None where there is none and can be none.

    Raises EncoderUnavailable where the model itself cannot be loaded.
    """
    kept = find_home() / (f"{folder.weights_sha256[:16]}-{folder.settings_sha256[:8]}-onnx-{_FORM}")
    if (facts := _read(kept)) is None:
        try:
            with locked(kept.parent):
                if (facts := _read(kept)) is None:
                    tell(f"exporting {folder.name} for onnxruntime, once for this machine")
                    facts = _make(folder, kept)
                    if facts.refused:
                        tell(f"{folder.name} runs by sentence-transformers: {facts.refused}")
        except OSError as error:
            tell(
                f"{folder.name} runs by sentence-transformers, which takes longer: its export "
                f"cannot be kept in {kept.parent}: {error.strerror or error}. Make room there, or "
                "set HF_HOME to a folder that can be written"
            )
            return None
    return None if facts.refused else Export(kept, facts)


def is_whole(kept: Path) -> bool:
    """Whether a folder holds what was written, and nothing else."""
    try:
        return (kept / _SUMS).read_text(encoding="utf-8") == _sum(kept)
    except (OSError, ValueError):
        return False


def write_sums(kept: Path) -> None:
    """Note the sha256 of each file, for `is_whole`."""
    (kept / _SUMS).write_text(_sum(kept), encoding="utf-8")


def _read(kept: Path) -> _Facts | None:
    """None where nothing is kept, or what is kept is damaged or no longer holds."""
    if not is_whole(kept):
        return None
    try:
        facts = _Facts(**json.loads((kept / _FACTS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return None if facts.refused and facts.made_with != _list_versions() else facts


def _sum(kept: Path) -> str:
    """The sha256 of each file, as sha256sum writes them."""
    names = sorted(path.name for path in kept.iterdir() if path.name != _SUMS)
    return "".join(f"{hash_file(kept / name)}  {name}\n" for name in names)


def _make(folder: ModelFolder, kept: Path) -> _Facts:
    """Export and compare; what is kept of it. Raises EncoderUnavailable, OSError."""
    reference = SentenceTransformerEncoder(folder)
    facts = _Facts()

    def write(aside: Path) -> None:
        nonlocal facts
        try:
            facts = _export(folder, reference, aside)
        except (OSError, MemoryError):
            raise
        except Exception as error:  # the libraries below raise what they like
            for path in aside.iterdir():
                path.unlink()
            facts = _Facts(refused=_tell_shortly(error), made_with=_list_versions())
        (aside / _FACTS).write_text(json.dumps(asdict(facts)), encoding="utf-8")
        write_sums(aside)

    write_aside(kept, write)
    return facts


def _export(folder: ModelFolder, reference: SentenceTransformerEncoder, aside: Path) -> _Facts:
    """Raises ValueError where the export gives other vectors."""
    from embeddings.encoders.onnx_export import export

    padding = reference.padding
    texts = TextReader(folder, padding)
    inputs = texts.fill_up(texts.read(_COMPARED[:3]))
    export(reference.model, *inputs, aside / GRAPH, folder.pooled)
    facts = _Facts(reference.identity.dimension, padding.token, padding.left)
    least = _compare(reference, Export(aside, facts).open(folder))
    if not least >= LEAST_COSINE:
        raise ValueError(f"its export gives other vectors (cosine {least:.5f})")
    return facts


def _compare(reference: SentenceTransformerEncoder, exported: OnnxEncoder) -> float:
    """The least cosine between both vectors of a text, by itself, in a batch, or pooled."""
    own = reference.encode_passages(_COMPARED)
    alone = np.vstack([exported.encode_passages([text]) for text in _COMPARED])
    pairs = [(own, alone), (own, exported.encode_together(_COMPARED))]
    if reference.identity.pooled:
        halves = [_halve(text) for text in _COMPARED]
        both = (encoder.encode_pooled(_COMPARED, halves) for encoder in (reference, exported))
        pairs += zip(*both, strict=True)
    return float(min(np.sum(one * other, axis=1).min() for one, other in pairs))


def _halve(text: str) -> tuple[Span, Span]:
    return Span(0, len(text) // 2), Span(len(text) // 2, len(text))


def _tell_shortly(error: Exception) -> str:
    lines: list[Any] = str(error).splitlines() or [type(error).__name__]
    return f"it cannot be exported: {lines[0]}"[:300]


def _list_versions() -> dict[str, str]:
    return {name: version(name) for name in _MADE_WITH}
