"""An export gives the vectors of the model itself, is made once, checked, and done without."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants

from embeddings.encoders import Encoder, kept_export, load_encoder, loading, onnx_export
from embeddings.encoders.onnx_encoder import cut_batches
from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder
from embeddings.records import Vectors
from tests.embeddings.building import flip_byte

TEXTS = ["lamp", "", "the bell, the tide", "lamp " * 200, "unheard of", " the salt ", "keepers."]
LANGUAGES = [
    "",
    " ",
    "What keeps the bees warm?",
    "Wie warm halten Bienen ihren Stock im Winter? Größe, Maße, Straße.",
    "Как пчёлы согревают улей зимой?",
    "蜜蜂如何在冬天保持蜂巢温暖？",
    "كيف يحافظ النحل على دفء الخلية؟",
    "[SEP] [CLS] <s> 🐝 e\u0301 \u200b x\u0000y",
    "A colony eats some twenty kilograms of honey before spring. " * 100,
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which exports are kept."""
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def told() -> list[str]:
    return []


def find_kept(home: Path) -> Path:
    (kept,) = (home / "winnow").glob("*-onnx-*")
    return kept


def list_cosines(encoder: Encoder, texts: Sequence[str], prompt: str, own: Vectors) -> Vectors:
    """Of both vectors of each text, by itself and among the others."""
    encode = encoder.encode_queries if prompt == "query" else encoder.encode_passages
    found: Vectors = np.hstack(
        [
            np.sum(own * encode(texts), axis=1),
            np.sum(own * np.vstack([encode([text]) for text in texts]), axis=1),
        ]
    )
    return found


def check_alike(encoder: Encoder, reference: Encoder, texts: Sequence[str]) -> None:
    for prompt, own in (
        ("query", reference.encode_queries(texts)),
        ("passage", reference.encode_passages(texts)),
    ):
        assert list_cosines(encoder, texts, prompt, own).min() >= kept_export.LEAST_COSINE, prompt


def test_an_export_gives_the_vectors_of_the_model(tiny_model: Path, told: list[str]) -> None:
    encoder = load_encoder(str(tiny_model), told.append)
    reference = SentenceTransformerEncoder(loading._find_folder(str(tiny_model), True))
    assert (encoder.runtime, reference.runtime) == ("onnx", "sentence-transformers")
    assert encoder.identity == reference.identity
    check_alike(encoder, reference, TEXTS * 30)
    assert len(told) == 1 and "exporting" in told[0]


def test_an_export_is_made_once(
    tiny_model: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_encoder(str(tiny_model))
    monkeypatch.delattr(onnx_export, "export")
    assert load_encoder(str(tiny_model), told.append).runtime == "onnx"
    assert told == []


def test_one_is_made_for_each_set_of_settings(tiny_model: Path, home: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    settings = json.loads((copy / "1_Pooling/config.json").read_text())
    settings["pooling_mode"] = "cls"
    (copy / "1_Pooling/config.json").write_text(json.dumps(settings))
    mean, first = load_encoder(str(tiny_model)), load_encoder(str(copy))
    assert first.runtime == "onnx"
    assert not np.allclose(mean.encode_passages(TEXTS), first.encode_passages(TEXTS), atol=1e-3)
    assert len(list((home / "winnow").glob("*-onnx-*"))) == 2


@pytest.mark.parametrize("name", ["model.onnx", "export.json", "SHA256SUMS"])
def test_a_damaged_export_is_made_anew(
    tiny_model: Path, home: Path, told: list[str], name: str
) -> None:
    load_encoder(str(tiny_model))
    kept = find_kept(home)
    before = (kept / name).read_bytes()
    flip_byte(kept / name, 30)
    assert load_encoder(str(tiny_model), told.append).runtime == "onnx"
    assert len(told) == 1
    assert name == "model.onnx" or (kept / name).read_bytes() == before
    assert kept_export._read(kept)


def test_a_model_that_cannot_be_exported_runs_as_it_is(
    tiny_model: Path, home: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("an operation that no graph has\nand a long trace")

    monkeypatch.setattr(onnx_export, "export", refuse)
    encoder = load_encoder(str(tiny_model), told.append)
    assert encoder.runtime == "sentence-transformers"
    assert encoder.encode_passages(TEXTS).shape == (len(TEXTS), 32)
    assert told[1].endswith("cannot be exported: an operation that no graph has")
    monkeypatch.undo()
    monkeypatch.setattr(constants, "HF_HOME", str(home))
    assert load_encoder(str(tiny_model), told.append).runtime == "sentence-transformers"
    assert len(told) == 2  # not tried again
    monkeypatch.setattr(kept_export, "version", lambda name: "a later one")
    assert load_encoder(str(tiny_model), told.append).runtime == "onnx"


def test_an_export_with_other_vectors_is_not_used(
    tiny_model: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_export, "LEAST_COSINE", 1.01)
    assert load_encoder(str(tiny_model), told.append).runtime == "sentence-transformers"
    assert "other vectors" in told[1]


def test_where_nothing_can_be_kept_the_model_runs_as_it_is(
    tiny_model: Path, home: Path, told: list[str]
) -> None:
    home.write_text("a file where the folder should be")
    assert load_encoder(str(tiny_model), told.append).runtime == "sentence-transformers"
    assert len(told) == 1 and "HF_HOME" in told[0]


@pytest.mark.parametrize(
    ("lengths", "batches"),
    [
        ([], []),
        ([3], [[0]]),
        ([1, 5, 2, 5], [[1, 3], [2, 0]]),
        ([4, 4, 4, 12], [[3], [0, 1], [2]]),
        ([0, 0], [[0, 1]]),
    ],
)
def test_batches_hold_so_many_tokens_padding_counted(
    lengths: list[int], batches: list[list[int]]
) -> None:
    assert list(cut_batches(lengths, most=10)) == batches


def test_a_short_text_is_not_filled_up_to_a_long_one() -> None:
    assert list(cut_batches([10, 200, 12, 190], most=1000)) == [[1, 3], [2, 0]]


def run_alone(code: str, home: Path) -> list[str]:
    """What a fresh process prints, the modules of models that it loaded last."""
    code += (
        "\nimport sys\n"
        "models = ('onnx', 'sentence_transformers', 'torch', 'transformers')\n"
        "print([name for name in models if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path), "HF_HOME": str(home), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_an_export_runs_without_the_libraries_it_was_made_with(
    tiny_model: Path, home: Path
) -> None:
    load_encoder(str(tiny_model))
    code = (
        "from embeddings.encoders import load_encoder\n"
        f"encoder = load_encoder({str(tiny_model)!r})\n"
        "print(encoder.encode_queries(['the lamp']).shape)\n"
        "print(encoder.encode_passages(['the lamp']).shape)"
    )
    assert run_alone(code, home) == ["(1, 32)", "(1, 32)", "[]"]


def test_search_and_serve_load_none_of_them(tiny_model: Path, home: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("The lamp of the lighthouse burns the whole night long.\n")
    index, model = str(tmp_path / "index"), str(tiny_model)
    run_alone(
        "from service.cli import main\n"
        f"main(['build', {str(corpus)!r}, '--index', {index!r}, '--encoder', {model!r}])",
        home,
    )
    searched = run_alone(
        f"from service.cli import main\nmain(['search', 'lamp', '--index', {index!r}])", home
    )
    assert searched[-1] == "[]" and "lighthouse" in "".join(searched)
    served = run_alone(
        "from fastapi.testclient import TestClient\n"
        "from embeddings.artifact import Artifact\n"
        "from service.app import create_app\n"
        "from service.cli.opening import make_live\n"
        "from service.settings import Settings\n"
        f"live = make_live(Artifact(__import__('pathlib').Path({index!r})), Settings())\n"
        "live.open()\n"
        "client = TestClient(create_app(live), base_url='http://127.0.0.1')\n"
        "assert client.get('/api/search?q=lamp').json()['hits']\n"
        "print(client.get('/api/info').json()['encoder']['runtime'])\n"
        "live.close()",
        home,
    )
    assert served[-2:] == ["onnx", "[]"]


@pytest.mark.model
def test_the_default_model_exported_gives_its_own_vectors() -> None:
    encoder = load_encoder()
    reference = SentenceTransformerEncoder(loading._find_folder(loading.DEFAULT_ENCODER, True))
    assert encoder.runtime == "onnx"
    assert encoder.identity == reference.identity
    check_alike(encoder, reference, LANGUAGES)
