"""A disk that takes no more: the build says so, the index before serves, and nothing is left."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from embeddings import artifact as artifact_module
from embeddings.artifact import Artifact
from embeddings.durable import writing
from embeddings.errors import IndexUnwritable
from embeddings.index.local import FILES, _write_vectors
from tests.embeddings.building import build, write_files

LIMIT = 4096


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """No file grows beyond a size, as where the disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _write_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE texts (text TEXT)")
        database.executemany("INSERT INTO texts VALUES (?)", [("x" * 1000,)] * 50)
        database.commit()


WRITERS: dict[str, Callable[[Path], object]] = {
    "file": lambda path: path.write_bytes(bytes(10 * LIMIT)),
    "array": lambda path: np.save(path, np.zeros(10 * LIMIT)),
    "vectors": lambda path: _write_vectors(path, np.zeros((100, 64), np.float32)),
    "table": _write_table,
}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_library_that_writes_is_understood(tmp_path: Path, kind: str) -> None:
    with full_after(LIMIT), pytest.raises(IndexUnwritable) as caught, writing(tmp_path):
        WRITERS[kind](tmp_path / "file.npy")
    assert str(tmp_path) in caught.value.message and "MB free" in caught.value.message
    assert "make room" in caught.value.hint


def test_a_fault_of_the_program_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="is not trained"), writing(tmp_path):
        raise RuntimeError("Error: 'is_trained' failed: the index is not trained")


def test_the_index_before_serves_and_nothing_is_left(
    tiny_artifact: Artifact, tiny_corpus: Path
) -> None:
    before, held = tiny_artifact.live_id(), _list(tiny_artifact)
    write_files(tiny_corpus, {"more.txt": "A first text more, so that there is something new."})
    with full_after(LIMIT), pytest.raises(IndexUnwritable):
        build(tiny_corpus, tiny_artifact)
    assert _list(tiny_artifact) == held
    assert tiny_artifact.verify().build == before
    assert build(tiny_corpus, tiny_artifact).fresh


@pytest.mark.parametrize("call", range(1, len(FILES) + 7))
def test_a_disk_that_fills_up_at_any_sync_leaves_nothing_half(
    tiny_artifact: Artifact, tiny_corpus: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    before, held = tiny_artifact.live_id(), _list(tiny_artifact)
    write_files(tiny_corpus, {"more.txt": "A first text more, so that there is something new."})
    paths: list[Path] = []

    def fail(path: Path) -> None:
        paths.append(path)
        if len(paths) == call:
            raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(artifact_module, "sync", fail)
    with pytest.raises(IndexUnwritable, match="No space left"):
        build(tiny_corpus, tiny_artifact)
    if paths[-1] == tiny_artifact.directory:  # `current` names the new build already
        assert tiny_artifact.verify().build != before
    else:
        assert _list(tiny_artifact) == held
        assert tiny_artifact.verify().build == before


def _list(artifact: Artifact) -> set[str]:
    """What lies there, but for what was encoded, which waits for the next build."""
    found = {str(path.relative_to(artifact.directory)) for path in artifact.directory.rglob("*")}
    return found - {"encoded.part"}
