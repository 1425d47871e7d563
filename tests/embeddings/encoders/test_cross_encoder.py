"""Any cross-encoder folder is a reranker: its values, its weights' hash, what is refused."""

import hashlib
import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoders import DEFAULT_ENCODER, load_reranker, loading
from embeddings.errors import EncoderUnavailable
from embeddings.records import Vectors
from tests.embeddings.encoders.models import make_cross_encoder

QUERY = "the keeper, salt"
TEXTS = ["the lamp", "the bell, the tide", "salt", "lamp " * 200, "unheard of", "the keepers."]


@pytest.fixture
def copy(tiny_reranker: Path, tmp_path: Path) -> Path:
    """The tiny model, to be harmed."""
    return Path(shutil.copytree(tiny_reranker, tmp_path / "copy"))


def judge(folder: Path) -> Vectors:
    """The sigmoid of what the network itself says of each pair, one after the other."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)  # type: ignore[no-untyped-call]
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    logits = []
    for text in TEXTS:
        pair = tokenizer(QUERY, text, truncation=True, max_length=64, return_tensors="pt")
        with torch.inference_mode():
            logits.append(float(model(**pair).logits[0][0]))
    return np.array([1 / (1 + np.exp(-logit)) for logit in logits], dtype=np.float32)


def test_a_cross_encoder_folder_loads_and_says_what_it_is(tiny_reranker: Path) -> None:
    identity = load_reranker(str(tiny_reranker)).identity
    weights = (tiny_reranker / "model.safetensors").read_bytes()
    assert identity.name == str(tiny_reranker)
    assert identity.weights_sha256 == hashlib.sha256(weights).hexdigest()


@pytest.mark.parametrize("activation", [None, "Identity", "Sigmoid"])
def test_values_are_the_sigmoid_of_the_model_whatever_it_applies_itself(
    copy: Path, activation: str | None
) -> None:
    config = json.loads((copy / "config.json").read_text())
    config.pop("sentence_transformers", None)
    if activation:
        name = f"torch.nn.modules.{'linear' if activation == 'Identity' else 'activation'}"
        config["sentence_transformers"] = {"activation_fn": f"{name}.{activation}"}
    (copy / "config.json").write_text(json.dumps(config))
    found = load_reranker(str(copy)).score(QUERY, TEXTS)
    assert found.dtype == np.float32
    assert np.ptp(found) > 0.1
    np.testing.assert_allclose(found, judge(copy), atol=1e-5)


def test_the_value_of_a_text_does_not_depend_on_its_neighbours(tiny_reranker: Path) -> None:
    reranker = load_reranker(str(tiny_reranker))
    together = reranker.score(QUERY, TEXTS * 3)
    alone = [float(reranker.score(QUERY, [text])[0]) for text in TEXTS]
    np.testing.assert_allclose(together, alone * 3, atol=1e-5)
    assert reranker.score(QUERY, []).shape == (0,)


def test_several_threads_get_the_values_that_one_gets(tiny_reranker: Path) -> None:
    reranker = load_reranker(str(tiny_reranker))
    batches = [TEXTS[i % len(TEXTS) :] for i in range(24)]
    alone = [reranker.score(QUERY, batch).tolist() for batch in batches]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda batch: reranker.score(QUERY, batch).tolist(), batches))
    assert found == alone


@pytest.mark.parametrize("name", ["no-such-model", DEFAULT_ENCODER, "hashing", "a b/c"])
def test_a_name_that_no_reranker_has_is_refused_with_what_may_be_named(name: str) -> None:
    with pytest.raises(EncoderUnavailable, match="no reranker is called") as caught:
        load_reranker(name)
    assert "hub name" in caught.value.hint


def test_a_reranker_of_the_hub_is_fetched_as_an_encoder_is(
    tiny_reranker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fetch(name: str, with_weights: bool) -> Path:
        asked.append((name, with_weights))
        return tiny_reranker

    monkeypatch.setattr(loading, "_fetch", fetch)
    assert load_reranker("organisation/judge").identity.name == "organisation/judge"
    assert asked == [("organisation/judge", True)]


def test_an_encoder_is_no_reranker(tiny_model: Path) -> None:
    """Its missing weights would be made up at random, and judge all the same."""
    with pytest.raises(EncoderUnavailable, match="no cross-encoder") as caught:
        load_reranker(str(tiny_model))
    assert "one label" in caught.value.hint


def test_a_model_of_several_labels_is_refused(tmp_path: Path) -> None:
    base, folder = tmp_path / "base", tmp_path / "model"
    base.mkdir()
    with pytest.raises(EncoderUnavailable, match="gives 3 labels") as caught:
        load_reranker(str(make_cross_encoder(base, folder, labels=3)))
    assert "one label" in caught.value.hint


def _spoil_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"no weights")


def _fill_with_nothing(folder: Path) -> None:
    from safetensors.numpy import load_file, save_file

    path = folder / "model.safetensors"
    weights = {name: np.full_like(value, np.nan) for name, value in load_file(path).items()}
    save_file(weights, path, metadata={"format": "pt"})


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "config.json").unlink(),
        lambda folder: (folder / "tokenizer.json").unlink(),
        lambda folder: (folder / "tokenizer.json").write_text("{"),
        lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"),
        _spoil_weights,
        _fill_with_nothing,
    ],
    ids=["no config", "no tokenizer", "bad tokenizer", "no safetensors", "bad weights", "NaN"],
)
def test_a_folder_that_is_no_whole_model_is_refused(
    copy: Path, harm: Callable[[Path], None]
) -> None:
    harm(copy)
    with pytest.raises(EncoderUnavailable) as caught:
        load_reranker(str(copy))
    assert str(copy) in caught.value.message
    assert caught.value.hint
