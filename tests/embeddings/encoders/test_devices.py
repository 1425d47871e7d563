"""A GPU is used where one is there and asked for, never needed, and not looked for in vain."""

import sys
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants

from embeddings.encoders import devices, load_encoder
from embeddings.errors import EncoderUnavailable
from service.cli import main
from tests.embeddings.encoders.test_onnx import run_alone

TEXTS = ["the lamp", "salt", "the bell, the tide"]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Exports of these models are not kept."""
    folder = tmp_path_factory.getbasetemp() / "exports-of-devices"
    monkeypatch.setattr(constants, "HF_HOME", str(folder))
    return folder


@pytest.fixture
def gpu_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch that, by its version, knows GPUs."""
    monkeypatch.setattr(devices, "version", lambda name: "2.13.0+cu130")
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.mark.parametrize("device", ["cuda", "cuda:7", "mps"])
def test_a_device_that_is_not_here_is_told_with_what_to_do(tiny_model: Path, device: str) -> None:
    if devices._is_there(device):
        pytest.skip(f"{device} is here")
    with pytest.raises(EncoderUnavailable, match=f"no device '{device}'") as caught:
        load_encoder(str(tiny_model), device=device)
    assert "--device cpu" in caught.value.hint


def test_commands_take_it(
    tiny_model: Path, tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = ["--index", str(tmp_path / "index")]
    encoder = ["--encoder", str(tiny_model)]
    assert main(["build", str(tiny_corpus), *index, *encoder, "--device", "cpu"]) == 0
    commands = (
        ["build", str(tiny_corpus), "--rehash", "--keep-all", *index, *encoder],
        ["search", "salt", *index],
        ["evaluate", str(write_questions(tiny_corpus)), *index],
    )
    for command in commands:
        assert main([*command, "--device", "cuda:77"]) == 1
        assert "no device 'cuda:77'" in capsys.readouterr().err


def write_questions(corpus: Path) -> Path:
    path = corpus.with_name("questions.jsonl")
    path.write_text(
        '{"id": "1", "kind": "plain", "question": "Salt?", "passage_contains_any": ["salt"]}\n'
    )
    return path


def test_a_device_that_is_named_runs_both(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CPU under another name stands in for a GPU, which few machines of tests have."""
    monkeypatch.setattr(devices, "_is_there", lambda device: True)
    encoder = load_encoder(str(tiny_model), device="cpu:0")
    assert encoder.runtime == "sentence-transformers"
    assert encoder.encode_queries(TEXTS).shape == (3, 32)


def test_on_auto_passages_alone_go_to_a_gpu_when_there_are_any(
    tiny_model: Path, gpu_build: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, real = [], devices.SentenceTransformerEncoder

    def open_there(folder: devices.ModelFolder, device: str) -> devices.Encoder:
        used.append(device)
        return real(folder)

    monkeypatch.setattr(devices, "SentenceTransformerEncoder", open_there)
    monkeypatch.setattr(devices, "_is_there", lambda device: device == "cuda")
    encoder = load_encoder(str(tiny_model))
    by_cpu = load_encoder(str(tiny_model), device="cpu")
    assert encoder.identity == by_cpu.identity
    np.testing.assert_array_equal(encoder.encode_queries(TEXTS), by_cpu.encode_queries(TEXTS))
    assert (encoder.runtime, used) == ("onnx", [])
    for _ in range(2):
        found = encoder.encode_passages(TEXTS)
        np.testing.assert_allclose(found, by_cpu.encode_passages(TEXTS), atol=1e-4)
    assert used == ["cuda"]


def test_on_auto_without_a_gpu_the_cpu_does_it_all(
    tiny_model: Path, gpu_build: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "_is_there", lambda device: False)
    monkeypatch.delattr(devices, "SentenceTransformerEncoder")
    encoder = load_encoder(str(tiny_model))
    by_cpu = load_encoder(str(tiny_model), device="cpu")
    np.testing.assert_array_equal(encoder.encode_passages(TEXTS), by_cpu.encode_passages(TEXTS))


def test_a_gpu_is_looked_for_without_torch_where_its_build_has_none(
    tiny_model: Path, home: Path
) -> None:
    load_encoder(str(tiny_model))
    code = (
        "import importlib.metadata\n"
        "importlib.metadata.version = lambda name: '2.13.0+cpu'\n"
        "from embeddings.encoders import load_encoder\n"
        f"encoder = load_encoder({str(tiny_model)!r})\n"
        "print(encoder.encode_passages(['the lamp']).shape)"
    )
    assert run_alone(code, home) == ["(1, 32)", "[]"]
