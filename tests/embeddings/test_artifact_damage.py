"""A damaged index is noticed, named, and mended by what the message advises."""

import json
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.errors import IndexDamaged, IndexFormat
from embeddings.index.files import FILES
from embeddings.manifest import CHECKSUM, FORMAT, MANIFEST, Manifest, read_manifest, write_manifest
from tests.embeddings.building import build, flip_byte, folder_of


@pytest.mark.parametrize("at", [0, 11, -1], ids=["first", "inner", "last"])
@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_verify_notices_one_altered_byte(tiny_artifact: Artifact, name: str, at: int) -> None:
    path = folder_of(tiny_artifact) / name
    flip_byte(path, at)
    with pytest.raises(IndexDamaged, match=r"altered|cannot be opened"):
        tiny_artifact.verify()
    flip_byte(path, at)
    assert tiny_artifact.verify().build == tiny_artifact.live_id()


def test_the_manifest_names_every_file_of_the_build(tiny_artifact: Artifact) -> None:
    present = {path.name for path in folder_of(tiny_artifact).iterdir()}
    assert present == {*tiny_artifact.manifest().files, MANIFEST, CHECKSUM}


@pytest.mark.parametrize("harm", ["missing", "shorter", "longer", "empty"])
@pytest.mark.parametrize("name", [*FILES, MANIFEST, CHECKSUM])
def test_opening_notices_a_file_that_is_missing_or_of_another_size(
    tiny_artifact: Artifact, name: str, harm: str
) -> None:
    path = folder_of(tiny_artifact) / name
    data = path.read_bytes()
    path.unlink()
    if harm != "missing":
        path.write_bytes({"shorter": data[:5], "longer": data + b"x", "empty": b""}[harm])
    if (name, harm) == (CHECKSUM, "longer"):
        return  # what stands behind the hash is not read
    with pytest.raises(IndexDamaged) as caught:
        tiny_artifact.open()
    assert str(folder_of(tiny_artifact)) in caught.value.message
    assert "winnow" in caught.value.hint


def test_opening_asks_the_index_for_a_passage_of_its_own(tiny_artifact: Artifact) -> None:
    """Sizes are right, the content is another build's: only a query can tell."""
    folder = folder_of(tiny_artifact)
    manifest = read_manifest(folder)
    vectors = folder / "passages.faiss"
    data = bytearray(vectors.read_bytes())
    data[-4 * 64 * manifest.counts["passages"] :] = bytes(4 * 64 * manifest.counts["passages"])
    vectors.write_bytes(data)
    with pytest.raises(IndexDamaged, match="passage of its own"):
        tiny_artifact.open()


def test_an_unknown_format_is_named_with_the_version_that_wrote_it(tiny_artifact: Artifact) -> None:
    folder = folder_of(tiny_artifact)
    values = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    write_manifest(folder, Manifest(**{**values, "format": 99, "version": "9.9"}))
    for use in (tiny_artifact.open, tiny_artifact.verify):
        with pytest.raises(IndexFormat, match="99") as caught:
            use()
        assert "9.9" in caught.value.hint


def test_an_index_of_the_format_before_is_made_anew_by_a_build(
    tiny_artifact: Artifact, tiny_corpus: Path
) -> None:
    before, folder = tiny_artifact.live_id(), folder_of(tiny_artifact)
    values = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    write_manifest(folder, Manifest(**{**values, "format": FORMAT - 1}))
    with pytest.raises(IndexFormat) as caught:
        tiny_artifact.open()
    assert "build the index again" in caught.value.hint
    report = build(tiny_corpus, tiny_artifact)
    assert report.fresh
    assert report.manifest.format == FORMAT
    assert tiny_artifact.finished() == [before, report.manifest.build]
    tiny_artifact.verify()
    with pytest.raises(IndexFormat):
        tiny_artifact.rollback()
    assert tiny_artifact.live_id() == report.manifest.build


GARBAGE = [b"", b"\n", b"gone", b"\xff\xfe", b"a\0b", b"x" * 5000, b"../..", b"."]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda value: repr(value[:8]))
def test_garbage_in_current_is_damage_that_the_advice_mends(
    tiny_artifact: Artifact, tiny_corpus: Path, garbage: bytes
) -> None:
    last = tiny_artifact.live_id()
    (tiny_artifact.directory / "current").write_bytes(garbage)
    for use in (tiny_artifact.open, tiny_artifact.verify, tiny_artifact.manifest):
        with pytest.raises(IndexDamaged) as caught:
            use()
        assert "winnow rollback" in caught.value.hint
    assert tiny_artifact.rollback() == last
    (tiny_artifact.directory / "current").write_bytes(garbage)
    assert build(tiny_corpus, tiny_artifact).fresh
    tiny_artifact.verify()
