"""Where a model known by name is looked for: the hub's cache, then packages, then the hub."""

import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from embeddings.encoders import find_profile, load_encoder, load_tokenizer
from embeddings.encoders.carried import CARRIERS
from embeddings.errors import EncoderDamaged, EncoderUnavailable
from tests.embeddings.encoders.conftest import PROMPTS
from tests.embeddings.encoders.test_carried import cut_into_packages

MPNET, MULTILINGUAL = "all-mpnet-base-v2", "multilingual-e5-small"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub on a machine where nothing can be reached."""
    home = tmp_path / "home"
    monkeypatch.setattr(constants, "HF_HOME", str(home))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(home / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return home / "hub"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that was called, and not reached."""
    called: list[Any] = []

    def refuse(own: socket.socket, address: Any) -> None:
        called.append(address)
        raise ConnectionRefusedError(address)

    def resolve(host: Any, *rest: Any, **more: Any) -> list[Any]:
        called.append(host)
        raise socket.gaierror(host)

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return called


def put_into_cache(cache: Path, name: str, model: Path) -> Path:
    """As the hub's library lays out what it fetched."""
    own, commit = cache / f"models--{name.replace('/', '--')}", "0" * 40
    (own / "refs").mkdir(parents=True)
    (own / "refs" / "main").write_text(commit)
    return Path(shutil.copytree(model, own / "snapshots" / commit))


@pytest.fixture
def packages(
    tmp_path: Path, tiny_model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packages that carry a tiny model in the place of all-mpnet-base-v2."""
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setitem(CARRIERS, MPNET, cut_into_packages(tiny_model, tmp_path / "site"))


@pytest.mark.parametrize(
    ("name", "hub", "own"),
    [
        ("mpnet", f"sentence-transformers/{MPNET}", MPNET),
        (MPNET, f"sentence-transformers/{MPNET}", MPNET),
        ("multilingual", f"intfloat/{MULTILINGUAL}", MULTILINGUAL),
        (f"intfloat/{MULTILINGUAL}", f"intfloat/{MULTILINGUAL}", MULTILINGUAL),
    ],
)
def test_a_model_in_the_hubs_cache_is_taken_from_there(
    name: str, hub: str, own: str, cache: Path, tiny_model: Path
) -> None:
    snapshot = put_into_cache(cache, hub, tiny_model)
    assert load_encoder(name).identity.name == own
    assert load_tokenizer(name).known_identity["name"] == own
    assert not list((cache.parent / "winnow").glob(f"{own}-*"))  # nothing unpacked
    assert snapshot.is_dir()


def test_the_hubs_cache_comes_before_the_packages(
    cache: Path, packages: None, tiny_model: Path
) -> None:
    put_into_cache(cache, f"sentence-transformers/{MPNET}", tiny_model)
    load_tokenizer(MPNET)
    assert not (cache.parent / "winnow").exists()


def test_the_packages_come_before_the_hub(
    cache: Path, packages: None, calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    assert load_tokenizer(MPNET).count_tokens(["the lamp"]) == [2]
    assert calls == []


def test_a_model_without_weights_in_the_cache_is_not_half_taken_from_there(
    cache: Path, packages: None, tiny_model: Path
) -> None:
    snapshot = put_into_cache(cache, f"sentence-transformers/{MPNET}", tiny_model)
    (snapshot / "model.safetensors").unlink()
    known = load_tokenizer(MPNET).known_identity
    assert len(str(known["weights_sha256"])) == 64
    assert (cache.parent / "winnow").is_dir()


def test_packages_with_other_weights_than_the_published_are_refused(packages: None) -> None:
    with pytest.raises(EncoderDamaged, match=str(find_profile(MPNET).weights_sha256)) as caught:
        load_encoder(MPNET)
    assert "remove the folder" in caught.value.hint


def test_the_hub_is_asked_last_and_the_packages_are_named_where_it_cannot_be_reached(
    cache: Path,
    packages: None,
    tmp_path: Path,
    calls: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.rmtree(tmp_path / "site")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with pytest.raises(EncoderUnavailable, match=f"sentence-transformers/{MPNET}") as caught:
        load_encoder("mpnet")
    assert calls
    assert CARRIERS[MPNET].install in caught.value.hint
    assert "hf download" in caught.value.hint


def test_a_model_whose_files_name_no_prompts_gets_those_it_was_trained_with(
    cache: Path, tiny_model: Path
) -> None:
    snapshot = put_into_cache(cache, f"intfloat/{MULTILINGUAL}", tiny_model)
    own = load_tokenizer("multilingual").known_identity
    assert (own["query_prompt"], own["passage_prompt"]) == (PROMPTS["query"], PROMPTS["document"])
    (snapshot / "config_sentence_transformers.json").unlink()
    bare = load_encoder("multilingual").identity
    assert (bare.query_prompt, bare.passage_prompt) == ("query: ", "passage: ")


@pytest.mark.parametrize("name", [MPNET, MULTILINGUAL])
def test_a_known_model_says_where_its_ranking_numbers_come_from(name: str) -> None:
    profile = find_profile(name)
    assert profile.name == name
    assert profile.ranking["status"] == "uncalibrated"
    assert find_profile("/a/copy", profile.weights_sha256) == profile
