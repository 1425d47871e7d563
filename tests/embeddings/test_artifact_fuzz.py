"""Whatever bytes of a build are changed, it opens or is refused as damaged, and never crashes.

`make fuzz` tries many more changes than `make test`.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.artifact import Artifact
from embeddings.errors import ArtifactError, IndexDamaged
from embeddings.index.files import FILES
from embeddings.manifest import CHECKSUM, MANIFEST
from tests.conftest import TINY_CORPUS
from tests.embeddings.building import build, folder_of, write_files
from tests.embeddings.documents.damage import damaged


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    corpus = write_files(tmp_path_factory.mktemp("corpus"), TINY_CORPUS)
    artifact = Artifact(tmp_path_factory.mktemp("index"))
    build(corpus, artifact)
    return artifact


@contextmanager
def changed_to(path: Path, data: bytes) -> Iterator[None]:
    """Another file in its place for a while: one that is mapped into memory is never cut short."""
    sound = path.read_bytes()
    path.unlink()
    path.write_bytes(data)
    yield
    path.unlink()
    path.write_bytes(sound)


def open_and_close(artifact: Artifact) -> None:
    artifact.open()[1].close()


EACH_FILE = pytest.mark.parametrize("name", [*FILES, MANIFEST, CHECKSUM])


@EACH_FILE
@given(st.data())
def test_a_damaged_build_opens_or_is_refused(
    artifact: Artifact, name: str, data: st.DataObject
) -> None:
    path = folder_of(artifact) / name
    changed = data.draw(damaged(path.read_bytes()))
    with changed_to(path, changed), suppress(ArtifactError):
        open_and_close(artifact)


@EACH_FILE
@given(st.data())
def test_a_file_changed_at_its_size_opens_or_is_refused_and_its_hash_tells(
    artifact: Artifact, name: str, data: st.DataObject
) -> None:
    """Sizes tell nothing, so what reads the file meets the change."""
    path = folder_of(artifact) / name
    sound = path.read_bytes()
    changed = bytearray(sound)
    place = st.one_of(st.integers(0, min(200, len(sound) - 1)), st.integers(0, len(sound) - 1))
    for at, value in data.draw(st.lists(st.tuples(place, st.integers(0, 255)), min_size=1)):
        changed[at] = value
    with changed_to(path, bytes(changed)):
        with suppress(ArtifactError):
            open_and_close(artifact)
        if changed != sound and name != CHECKSUM:
            with pytest.raises(IndexDamaged):
                artifact.verify()
