"""Any sentence-transformers folder is an encoder: its prompts, its window, its weights' hash."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants

from embeddings.encoders import load_encoder, load_tokenizer
from embeddings.errors import EncoderUnavailable
from tests.embeddings.encoders.conftest import PROMPTS, WINDOW

TEXTS = ["the lamp", "the bell, the tide", "salt", "lamp " * 200, "", "unheard of"]


@pytest.fixture(autouse=True, scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Exports of these models are not kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "HF_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    """The tiny model, to be harmed."""
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def change_json(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_model_folder_loads_and_says_what_it_is(tiny_model: Path) -> None:
    identity = load_encoder(str(tiny_model)).identity
    weights = (tiny_model / "model.safetensors").read_bytes()
    assert identity.name == str(tiny_model)
    assert identity.dimension == 32
    assert identity.weights_sha256 == hashlib.sha256(weights).hexdigest()
    assert (identity.query_prompt, identity.passage_prompt) == (
        PROMPTS["query"],
        PROMPTS["document"],
    )
    assert identity.window == WINDOW - len(["[CLS]", "[SEP]"]) - len(["ask", "lamp"])
    known = load_tokenizer(str(tiny_model)).known_identity
    assert {**known, "dimension": 32} == asdict(identity)


def test_vectors_are_of_length_one_and_one_a_text(tiny_model: Path) -> None:
    encoder = load_encoder(str(tiny_model))
    for vectors in (encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS)):
        assert vectors.shape == (len(TEXTS), 32)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode_passages([]).shape == (0, 32)


def test_each_prompt_is_put_before_its_texts_once(tiny_model: Path, copy: Path) -> None:
    change_json(copy / "config_sentence_transformers.json", prompts={}, default_prompt_name=None)
    encoder, bare = load_encoder(str(tiny_model)), load_encoder(str(copy))
    assert (bare.identity.query_prompt, bare.identity.passage_prompt) == ("", "")
    for encode, prompt in (
        (encoder.encode_queries, PROMPTS["query"]),
        (encoder.encode_passages, PROMPTS["document"]),
    ):
        expected = bare.encode_passages([prompt + text for text in TEXTS])
        np.testing.assert_allclose(encode(TEXTS), expected, atol=1e-5)
        assert not np.allclose(encode(["bell"]), bare.encode_passages(["bell"]), atol=1e-3)


@pytest.mark.parametrize(
    ("prompts", "default", "expected"),
    [
        ({"query": "ask ", "document": "tell "}, None, ("ask ", "tell ")),
        ({"query": "ask ", "passage": "tell "}, "query", ("ask ", "tell ")),
        ({"query": "ask ", "corpus": "tell "}, None, ("ask ", "tell ")),
        ({"query": "ask ", "document": "tell ", "passage": "lamp "}, None, ("ask ", "tell ")),
        ({"query": "ask ", "document": "", "passage": "tell "}, None, ("ask ", "tell ")),
        ({"query": "ask "}, "query", ("ask ", "")),
        ({"document": "tell "}, "document", ("", "tell ")),
        ({"bell": "the bell "}, "bell", ("the bell ", "the bell ")),
        ({"query": "ask ", "bell": "the bell "}, "bell", ("ask ", "the bell ")),
        ({"bell": "the bell "}, None, ("", "")),
        ({"query": "", "document": ""}, None, ("", "")),
        (None, None, ("", "")),
    ],
)
def test_prompts_are_taken_by_the_names_that_sentence_transformers_gives_them(
    copy: Path,
    prompts: dict[str, str] | None,
    default: str | None,
    expected: tuple[str, str],
) -> None:
    change_json(
        copy / "config_sentence_transformers.json", prompts=prompts, default_prompt_name=default
    )
    known = load_tokenizer(str(copy)).known_identity
    assert (known["query_prompt"], known["passage_prompt"]) == expected


def test_the_vector_of_a_text_does_not_depend_on_its_neighbours(tiny_model: Path) -> None:
    encoder = load_encoder(str(tiny_model))
    together = encoder.encode_passages(TEXTS * 20)
    for i, text in enumerate(TEXTS):
        np.testing.assert_allclose(together[i], encoder.encode_passages([text])[0], atol=1e-5)


def test_the_tokenizer_alone_counts_what_the_encoder_reads(tiny_model: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_model))
    assert tokenizer.window == load_encoder(str(tiny_model)).identity.window
    assert tokenizer.count_tokens(["the lamps, keeper.", "", "lamp " * 200]) == [6, 0, 200]
    assert tokenizer.count_tokens([]) == []


@pytest.mark.parametrize(
    ("name", "values", "length"),
    [
        ("sentence_bert_config.json", {"max_seq_length": 12}, 12),  # where version 5 keeps it
        ("tokenizer_config.json", {"model_max_length": 30}, 30),
        ("tokenizer_config.json", {"model_max_length": 500}, 64),
        ("tokenizer_config.json", {"model_max_length": 10**30}, 64),
        ("tokenizer_config.json", {"model_max_length": None}, 64),
    ],
)
def test_the_window_is_as_long_as_the_model_reads(
    copy: Path, name: str, values: dict[str, int], length: int
) -> None:
    change_json(copy / name, **values)
    encoder = load_encoder(str(copy))
    marks_and_prompt = 4
    assert load_tokenizer(str(copy)).window == length - marks_and_prompt
    full = "lamp " * (length - marks_and_prompt - 1)
    ends = encoder.encode_queries([f"{full} salt", f"{full} bell"])
    beyond = encoder.encode_queries([f"{full} lamp salt", f"{full} lamp bell"])
    assert not np.allclose(ends[0], ends[1], atol=1e-4)
    np.testing.assert_allclose(beyond[0], beyond[1], atol=1e-5)


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_that_is_no_whole_model_is_refused(copy: Path, missing: str) -> None:
    (copy / missing).unlink()
    with pytest.raises(EncoderUnavailable) as caught:
        load_encoder(str(copy))
    assert str(copy) in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "name", ["config.json", "tokenizer.json", "model.safetensors", "modules.json"]
)
def test_a_folder_with_a_damaged_file_is_refused(copy: Path, name: str) -> None:
    (copy / name).write_bytes(b"{ not what it should be")
    with pytest.raises(EncoderUnavailable, match=str(copy)) as caught:
        load_encoder(str(copy))
    assert caught.value.hint


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "sentence_bert_config.json"])
def test_a_tokenizer_of_a_damaged_folder_is_refused(copy: Path, name: str) -> None:
    (copy / "sentence_bert_config.json").write_text("{}")
    (copy / name).write_bytes(b"{ not what it should be")
    with pytest.raises(EncoderUnavailable, match=str(copy)) as caught:
        print(load_tokenizer(str(copy)).window)
    assert caught.value.hint


def test_pickled_weights_are_never_loaded(copy: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(EncoderUnavailable, match="safetensors"):
        load_encoder(str(copy))
