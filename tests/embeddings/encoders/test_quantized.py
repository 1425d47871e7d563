"""Passages by weights of 8 bits: near the exact vectors, by a loss that is told, never mixed."""

import json
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder, load_rounded
from embeddings.errors import EncoderUnavailable
from service.cli import main
from tests.embeddings.building import flip_byte

TEXTS = ["the lamp", "salt", "the bell, the tide", "keepers tell", "ask the keeper", "tide lamps"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_passages_are_rounded_and_queries_are_not(tiny_model: Path) -> None:
    rounded, exact = load_rounded(str(tiny_model)), load_encoder(str(tiny_model))
    assert rounded.identity == exact.identity
    np.testing.assert_array_equal(rounded.encode_queries(TEXTS), exact.encode_queries(TEXTS))
    own, found = exact.encode_passages(TEXTS), rounded.encode_passages(TEXTS)
    assert not np.array_equal(own, found)
    assert np.sum(own * found, axis=1).min() > 0.9


def test_the_loss_is_that_of_the_texts_encoded(tiny_model: Path) -> None:
    rounded, exact = load_rounded(str(tiny_model)), load_encoder(str(tiny_model))
    assert rounded.measure_loss() is None
    cosines = np.sum(exact.encode_passages(TEXTS) * rounded.encode_passages(TEXTS), axis=1)
    loss = rounded.measure_loss()
    assert loss and loss.texts == len(TEXTS)
    assert loss.mean_cosine == pytest.approx(cosines.mean(), abs=1e-4)
    assert loss.least_cosine == pytest.approx(cosines.min(), abs=1e-4)
    assert 0 < loss.nearest_kept <= 1


def test_it_is_made_once_and_anew_where_it_is_damaged(tiny_model: Path, home: Path) -> None:
    told: list[str] = []
    for _ in range(2):
        load_rounded(str(tiny_model), told.append)
    assert len(told) == 2  # the export, and the rounded one
    (graph,) = (home / "winnow").glob("*-int8/model.onnx")
    flip_byte(graph, 100)
    load_rounded(str(tiny_model), told.append)
    assert len(told) == 3 and "rounding" in told[2]


def test_what_has_no_export_is_not_rounded(tiny_model: Path, home: Path) -> None:
    home.write_text("a file where the folder should be")
    for name in ("hashing", str(tiny_model)):
        with pytest.raises(EncoderUnavailable) as caught:
            load_rounded(name)
        assert "without --int8" in caught.value.hint


def test_a_build_records_it_tells_the_loss_and_mixes_nothing(
    tiny_model: Path, tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index"
    build = ["build", str(tiny_corpus), "--index", str(index), "--encoder", str(tiny_model)]
    reports = []
    for more in ([], ["--int8"], ["--int8"], []):
        assert main([*build, "--json", *more]) == 0
        printed = capsys.readouterr()
        reports.append(json.loads(printed.out))
        assert ("ten nearest kept" in printed.err) == bool(reports[-1]["int8"])
        assert Artifact(index).manifest().options["int8"] == bool(more)
    assert [bool(report["int8"]) for report in reports] == [False, True, False, False]
    encoded = [report["encoded"] for report in reports]
    assert encoded[0] == encoded[1] == encoded[3] > 0 == encoded[2]
    assert main([*build, "--int8", "--device", "cuda"]) == 2
