"""The folder of builds: published at once or not at all, verified, rolled back, swept."""

import shutil
from pathlib import Path

import pytest

from embeddings.artifact import Artifact, ArtifactWriter
from embeddings.errors import (
    ArtifactError,
    IndexBusy,
    IndexDamaged,
    IndexMissing,
    IndexUnwritable,
)
from embeddings.manifest import Manifest
from embeddings.records import IndexContents
from tests.contracts.contents import make_contents
from tests.embeddings.building import flip_byte, folder_of, write_files


def names_in(artifact: Artifact) -> list[str]:
    return sorted(path.name for path in (artifact.directory / "builds").iterdir())


def write_build(artifact: Artifact, contents: IndexContents | None = None) -> str:
    """Publish one more build, its documents aside; its id."""
    with artifact.writer() as writer:
        name = _fill(writer, contents or make_contents(seed=1, documents=5))
        writer.publish()
    return name


def _fill(writer: ArtifactWriter, contents: IndexContents) -> str:
    name = writer.begin()
    writer.add(contents, 0.99)
    manifest = Manifest(
        build=name,
        version="0",
        created="2026-01-01",
        roots=[],
        counts={},
        overview={},
        vectors={},
        encoder={},
        languages=None,
        ranking={},
        options={},
        libraries={},
        sources={},
        unreadable=[],
        skipped=[],
        notices=[],
        files={file: dict(described) for file, described in writer.describe().items()},
    )
    writer.verify(manifest)
    return name


def test_a_build_is_live_only_when_it_is_published(tiny_artifact: Artifact) -> None:
    before = tiny_artifact.live_id()
    with tiny_artifact.writer() as writer:
        name = _fill(writer, make_contents(seed=1))
        assert tiny_artifact.live_id() == before
        assert tiny_artifact.finished() == [before]
        writer.publish()
        assert tiny_artifact.live_id() == name
    assert tiny_artifact.finished() == [before, name]
    manifest, index = tiny_artifact.open()
    assert (manifest.build, index.passage_count) == (name, len(make_contents(seed=1).passages))
    index.close()


def test_who_is_reading_which_build_is_live_reads_it_to_the_end(tiny_artifact: Artifact) -> None:
    before = tiny_artifact.live_id()
    with (tiny_artifact.directory / "current").open() as held:
        write_build(tiny_artifact)
        assert held.read() == f"{before}\n"
    assert tiny_artifact.live_id() != before


@pytest.mark.parametrize("filled", [False, True])
def test_a_writer_that_fails_leaves_the_earlier_build_and_nothing_else(
    tiny_artifact: Artifact, filled: bool
) -> None:
    before = tiny_artifact.live_id()
    with pytest.raises(KeyError, match="broken"), tiny_artifact.writer() as writer:
        if filled:
            _fill(writer, make_contents(seed=1))
        else:
            writer.begin()
        raise KeyError("broken")
    assert tiny_artifact.live_id() == before
    assert names_in(tiny_artifact) == [before]
    tiny_artifact.verify()


def test_a_writer_that_publishes_nothing_leaves_nothing(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index")
    with artifact.writer() as writer:
        _fill(writer, make_contents(seed=1))
    assert names_in(artifact) == []
    with pytest.raises(IndexMissing):
        artifact.live_id()


def test_a_build_that_differs_from_its_manifest_is_not_published(tiny_artifact: Artifact) -> None:
    before = tiny_artifact.live_id()
    manifest = tiny_artifact.manifest()
    with pytest.raises(IndexDamaged), tiny_artifact.writer() as writer:
        writer.begin()
        writer.add(make_contents(seed=1), 0.99)
        writer.verify(manifest)
    assert names_in(tiny_artifact) == [before]


def test_a_second_writer_is_refused_while_the_first_writes(tiny_artifact: Artifact) -> None:
    same = Artifact(tiny_artifact.directory)
    with tiny_artifact.writer():
        with pytest.raises(IndexBusy), same.writer():
            pass
        with pytest.raises(IndexBusy):
            same.rollback()
        same.verify()  # readers need no lock
    with same.writer():
        pass


def test_what_a_killed_build_left_is_swept_by_the_next(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index")
    write_files(artifact.directory / "builds" / ".20200101T000000000-abcdef", {"half": "x"})
    name = write_build(artifact)
    assert names_in(artifact) == [name]


def test_the_kept_builds_and_the_live_one_outlive_the_sweep(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index")
    names = [write_build(artifact) for _ in range(6)]
    kept = artifact.finished()
    assert kept == names[-len(kept) :]
    assert len(kept) >= 3
    for _ in kept[1:]:
        artifact.rollback()
    assert artifact.live_id() == kept[0]
    with artifact.writer() as writer:
        _fill(writer, make_contents(seed=2))
        artifact.verify(kept[0])
        assert artifact.live_id() == kept[0]


def test_rollback_makes_the_build_before_live_until_there_is_none(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index")
    names = [write_build(artifact) for _ in range(3)]
    assert artifact.rollback() == names[1] == artifact.live_id()
    assert artifact.rollback() == names[0] == artifact.live_id()
    with pytest.raises(ArtifactError, match="no build before") as caught:
        artifact.rollback()
    assert "winnow build" in caught.value.hint
    assert artifact.live_id() == names[0]
    assert artifact.finished() == names


def test_rollback_refuses_a_damaged_build(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index")
    first, second = write_build(artifact), write_build(artifact)
    flip_byte(folder_of(artifact, first) / "passages.sqlite", 5000)
    with pytest.raises(IndexDamaged):
        artifact.rollback()
    assert artifact.live_id() == second


def test_a_folder_without_an_index_says_how_to_make_one(tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "nothing")
    assert artifact.finished() == []
    for use in (artifact.live_id, artifact.open, artifact.verify, artifact.manifest):
        with pytest.raises(IndexMissing) as caught:
            use()
        assert f"--index {artifact.directory}" in caught.value.hint
    with pytest.raises(ArtifactError):
        artifact.rollback()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    artifact = Artifact(tmp_path / "file")
    with pytest.raises(IndexUnwritable, match="file") as caught, artifact.writer():
        pass
    assert "--index" in caught.value.hint


def test_an_index_may_be_moved_as_a_whole(tiny_artifact: Artifact, tmp_path: Path) -> None:
    moved = tmp_path / "else where"
    shutil.move(tiny_artifact.directory, moved)
    assert Artifact(moved).verify().counts["documents"] == 5
