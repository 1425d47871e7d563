"""Sentences' vectors out of their passage's tokens, against sentence-transformers itself."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants

from embeddings.encoders import load_encoder, load_rounded, load_tokenizer, loading
from embeddings.encoders.model_folder import ModelFolder
from embeddings.encoders.onnx_encoder import OnnxEncoder
from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder
from embeddings.records import Span, Vectors
from tests.embeddings.encoders.conftest import PROMPTS

TEXTS = [
    "the lamp. ask the keepers, tell.",
    "salt",
    "the bell, the tide. Größe 🐝 lamp. tide bell.",
]
SENTENCES = [
    [Span(0, 9), Span(10, 32)],
    [Span(0, 4)],
    [Span(0, 19), Span(20, 33), Span(34, 44)],
]
BEES = (
    "Honey bees keep their hive at about 35 degrees. They shiver, which makes heat. "
    "蜜蜂如何在冬天保持蜂巢温暖？ A colony eats some twenty kilograms of honey 🐝 before spring."
)
BEES_SENTENCES = [Span(0, 47), Span(48, 78), Span(79, 93), Span(94, len(BEES))]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def pooled_model(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The tiny model, as if its profile said that sentences are pooled."""
    monkeypatch.setattr(ModelFolder, "pooled", True)
    return str(tiny_model)


def open_reference(name: str) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(loading._find_folder(name, True))


def pool_by_itself(
    name: str, prompt: str, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
) -> Vectors:
    """Each text by itself, by the tokens and places that the libraries give."""
    model = open_reference(name).model
    found = []
    for text, spans in zip(texts, sentences, strict=True):
        tokens = model.encode([prompt + text], output_value="token_embeddings")[0].numpy()
        read = model.tokenizer(prompt + text, return_offsets_mapping=True, truncation=True)
        for span in spans:
            first, last = len(prompt) + span.start, len(prompt) + span.end
            inside = [
                at
                for at, (start, end) in enumerate(read["offset_mapping"])
                if first <= start < end <= last
            ]
            mean = tokens[inside].mean(axis=0)
            found.append(mean / np.linalg.norm(mean))
    return np.array(found)


def test_sentences_are_the_means_of_their_tokens_in_the_passage(pooled_model: str) -> None:
    encoder, reference = load_encoder(pooled_model), open_reference(pooled_model)
    assert isinstance(encoder, OnnxEncoder) and encoder.identity.pooled
    several = [0, 1, 3, 4, 5]  # the one sentence of a passage has the vector of the passage
    spans = [SENTENCES[0], [], SENTENCES[2]]
    expected = pool_by_itself(pooled_model, PROMPTS["document"], TEXTS, spans)
    for one in (encoder, reference):
        whole, parts = one.encode_pooled(TEXTS * 20, SENTENCES * 20)
        np.testing.assert_allclose(whole, reference.encode_passages(TEXTS * 20), atol=1e-5)
        for number in range(20):
            own = parts[6 * number : 6 * number + 6]
            np.testing.assert_allclose(own[several], expected, atol=1e-5)
            np.testing.assert_array_equal(own[2], whole[3 * number + 1])
    alone = encoder.encode_passages([TEXTS[0][:9]])[0]
    assert not np.allclose(expected[0], alone, atol=1e-3)


def test_a_sentence_beyond_the_window_is_encoded_by_itself(pooled_model: str) -> None:
    text = "lamp " * 40 + "ask the keepers."
    last = Span(200, len(text))
    for encoder in (load_encoder(pooled_model), open_reference(pooled_model)):
        _, parts = encoder.encode_pooled([text, text], [[Span(0, 199), last], [last]])
        alone = encoder.encode_passages(["ask the keepers."])[0]
        np.testing.assert_allclose(parts[1:], np.stack([alone, alone]), atol=1e-6)
        assert not np.allclose(parts[0], alone, atol=1e-3)


def test_queries_are_the_same_with_the_tokens_outputs(
    tiny_model: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_encoder(str(tiny_model)).encode_queries(TEXTS)
    monkeypatch.setattr(constants, "HF_HOME", str(home / "other"))
    monkeypatch.setattr(ModelFolder, "pooled", True)
    encoder = load_encoder(str(tiny_model))
    assert encoder.identity.pooled
    np.testing.assert_array_equal(encoder.encode_queries(TEXTS), before)


def test_an_export_that_pools_otherwise_is_not_used(
    pooled_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = OnnxEncoder.encode_pooled

    def turn(
        encoder: OnnxEncoder, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, Vectors]:
        whole, parts = read(encoder, texts, sentences)
        return whole, parts[::-1]

    monkeypatch.setattr(OnnxEncoder, "encode_pooled", turn)
    told: list[str] = []
    assert load_encoder(pooled_model, told.append).runtime == "sentence-transformers"
    assert "other vectors" in told[1]


def test_rounded_weights_pool_too_and_the_loss_counts_the_sentences(pooled_model: str) -> None:
    rounded, exact = load_rounded(pooled_model), load_encoder(pooled_model)
    whole, parts = rounded.encode_pooled(TEXTS, SENTENCES)
    own, own_parts = exact.encode_pooled(TEXTS, SENTENCES)
    assert not np.array_equal(parts, own_parts)
    cosines = [*np.sum(whole * own, axis=1), *np.sum(parts * own_parts, axis=1)[[0, 1, 3, 4, 5]]]
    assert min(cosines) > 0.9
    loss = rounded.measure_loss()
    assert loss and loss.texts == len(cosines) == 8
    assert loss.mean_cosine == pytest.approx(np.mean(cosines), abs=1e-4)
    assert loss.least_cosine == pytest.approx(min(cosines), abs=1e-4)


def test_only_the_encoder_that_it_was_measured_of_pools(tiny_model: Path) -> None:
    assert load_tokenizer().known_identity["pooled"]
    for name in ("hashing", str(tiny_model)):
        assert not load_tokenizer(name).known_identity["pooled"]
    assert not load_encoder(str(tiny_model)).identity.pooled


@pytest.mark.model
def test_the_default_model_pools_as_sentence_transformers_does() -> None:
    encoder = load_encoder()
    assert encoder.runtime == "onnx" and encoder.identity.pooled
    expected = pool_by_itself(loading.DEFAULT_ENCODER, "", [BEES], [BEES_SENTENCES])
    for texts in ([BEES], ["lamp", BEES, "A colony eats honey. " * 20]):
        spans = [BEES_SENTENCES if text == BEES else [] for text in texts]
        _, parts = encoder.encode_pooled(texts, spans)
        assert np.sum(parts * expected, axis=1).min() >= 0.9999
