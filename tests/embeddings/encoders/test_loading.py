"""A name becomes an encoder, or an error that says what to do; known weights are checked."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoders import (
    DEFAULT_ENCODER,
    Encoder,
    Tokenizer,
    find_profile,
    load_encoder,
    load_tokenizer,
    loading,
)
from embeddings.errors import EncoderDamaged, EncoderUnavailable

Load = Callable[[str], Encoder | Tokenizer]
OFFICIAL = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@pytest.fixture
def copied_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The default model in a folder of its own, in the place of the package's."""
    folder = Path(shutil.copytree(loading._find_default(), tmp_path / "model"))
    monkeypatch.setattr(loading, "_find_default", lambda: folder)
    return folder


def test_the_hashing_encoder_is_loaded_by_name() -> None:
    assert load_encoder("hashing").identity.name == "hashing"
    assert load_tokenizer("hashing").count_tokens(["two words"]) == [2]


@pytest.mark.parametrize("load", [load_encoder, load_tokenizer])
@pytest.mark.parametrize(
    ("name", "what"),
    [("no-such-model", "no encoder is called"), ("a b/c", "no encoder is called")],
)
def test_an_unknown_name_lists_what_may_be_named(load: Load, name: str, what: str) -> None:
    with pytest.raises(EncoderUnavailable, match=what) as caught:
        load(name)
    assert DEFAULT_ENCODER in caught.value.hint


@pytest.mark.parametrize("load", [load_encoder, load_tokenizer])
def test_a_folder_without_a_model_is_named(load: Load, tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match=r"config\.json") as caught:
        load(str(tmp_path))
    assert str(tmp_path) in caught.value.message


@pytest.mark.parametrize("load", ["load_encoder", "load_tokenizer"])
def test_a_model_of_the_hub_that_cannot_be_fetched_says_how_to_bring_it(
    load: str, tmp_path: Path
) -> None:
    """In a process of its own: the hub's library reads its settings when it is first imported."""
    code = (
        "import sys; from embeddings.encoders import load_encoder, load_tokenizer\n"
        "from embeddings.errors import EncoderUnavailable\n"
        f"try: {load}('organisation/never-fetched')\n"
        "except EncoderUnavailable as error: print(error.message, error.hint, sep='\\n')\n"
    )
    environment = {
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(tmp_path),
        "PYTHONPATH": ":".join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    message, hint = done.stdout.strip().splitlines()
    assert "'organisation/never-fetched'" in message
    assert "hf download organisation/never-fetched" in hint


def test_the_default_models_weights_are_the_official_ones() -> None:
    folder = loading._find_folder(DEFAULT_ENCODER, with_weights=True)
    assert folder.weights_sha256 == OFFICIAL
    assert find_profile(DEFAULT_ENCODER).weights_sha256 == OFFICIAL


def test_one_flipped_byte_in_the_weights_is_noticed(copied_default: Path) -> None:
    weights = copied_default / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-100] ^= 1
    weights.write_bytes(data)
    with pytest.raises(EncoderDamaged, match=OFFICIAL) as caught:
        load_encoder(DEFAULT_ENCODER)
    assert str(weights.parent) in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("name", ["minilm", "default", "sentence-transformers/all-MiniLM-L6-v2"])
def test_the_default_has_short_names(name: str) -> None:
    assert find_profile(name).name == DEFAULT_ENCODER
    assert load_tokenizer(name).window == 254


def test_a_model_known_by_its_weights_takes_their_numbers() -> None:
    assert find_profile("/some/folder", OFFICIAL) == find_profile(DEFAULT_ENCODER)


def test_an_encoder_without_a_profile_takes_the_defaults_numbers_as_uncalibrated() -> None:
    profile, default = find_profile("organisation/model", "0" * 64), find_profile(DEFAULT_ENCODER)
    assert (profile.name, profile.languages, profile.weights_sha256) == (
        "organisation/model",
        None,
        None,
    )
    assert profile.ranking == {**default.ranking, "status": "uncalibrated"}


def test_counting_tokens_needs_no_torch() -> None:
    code = (
        "import sys; from embeddings.encoders import load_tokenizer\n"
        "print(load_tokenizer().count_tokens(['the lamp of the lighthouse']))\n"
        "print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[:2] == ["[5]", "False False"]


@pytest.mark.model
def test_the_default_model_finds_a_paraphrase_nearer_than_a_stranger() -> None:
    encoder = load_encoder()
    assert (encoder.identity.dimension, encoder.identity.window) == (384, 254)
    (query,) = encoder.encode_queries(["How warm do bees keep their nest in the cold season?"])
    paraphrase, words_alone, stranger = encoder.encode_passages(
        [
            "Through the whole winter a colony heats its hive to some 35 degrees.",
            "The season of warm jackets is over, and prices keep falling.",
            "The bridge over the Neretva was finished in 1566.",
        ]
    )
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-5)
    assert query @ paraphrase > 0.5
    assert query @ paraphrase > query @ words_alone + 0.2
    assert query @ paraphrase > query @ stranger + 0.3
