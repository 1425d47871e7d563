"""Old builds are kept as many as was asked, the live one always, and one that is read too."""

import gc
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.holding import alone
from embeddings.index.local import LocalIndex
from tests.embeddings.building import flip_byte, folder_of
from tests.embeddings.test_artifact import names_in, write_build


@pytest.mark.parametrize("kept", [1, 2, 4])
def test_as_many_builds_as_asked_are_kept_beside_the_new_one(tmp_path: Path, kept: int) -> None:
    artifact = Artifact(tmp_path / "index", kept)
    names = [write_build(artifact) for _ in range(6)]
    assert names_in(artifact) == names[-kept - 1 :]
    assert artifact.rollback() == names[-2]


def test_a_build_that_is_read_outlives_every_sweep_until_it_is_closed(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index", 1)
    first = write_build(artifact)
    _, index = artifact.open()
    names = [write_build(artifact) for _ in range(4)]
    assert names_in(artifact) == [first, *names[-2:]]
    artifact.verify(first)
    index.close()
    last = write_build(artifact)
    assert names_in(artifact) == [names[-1], last]


def test_a_build_that_nobody_remembers_reading_is_swept(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index", 1)
    write_build(artifact)
    _, index = artifact.open()
    del index
    gc.collect()
    names = [write_build(artifact) for _ in range(2)]
    assert names_in(artifact) == names


def test_the_build_in_use_outlives_three_damaged_ones_in_a_row(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index", 1)
    good = write_build(artifact)
    _, index = artifact.open(good)
    for _ in range(3):
        flip_byte(folder_of(artifact, write_build(artifact)) / "passages.sqlite", 5000)
    assert artifact.live_id() in artifact.finished()
    artifact.verify(good)
    assert index.read([0])[0].passage.text
    index.close()


def test_the_live_build_is_never_swept_however_old(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index", 3)
    names = [write_build(artifact) for _ in range(4)]
    for _ in names[1:]:
        artifact.rollback()
    for _ in range(3):
        with artifact.writer() as writer:
            writer.begin()
            assert artifact.live_id() == names[0]
    artifact.verify()


def test_a_build_that_is_being_swept_cannot_be_opened(tiny_artifact: Artifact) -> None:
    folder = folder_of(tiny_artifact)
    with alone(folder) as free:
        assert free
        with pytest.raises(OSError):
            LocalIndex(folder)
    tiny_artifact.verify()


def test_what_a_killed_sweep_left_is_swept_by_the_next(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index", 1)
    names = [write_build(artifact) for _ in range(2)]
    half = folder_of(artifact, names[0]).rename(artifact.directory / "builds" / f".{names[0]}")
    (half / "passages.faiss").unlink()
    assert artifact.finished() == names[1:]
    last = write_build(artifact)
    assert names_in(artifact) == [names[1], last]
