"""What a build has encoded outlives it, and never harms the next one."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings import vectors as vectors_module
from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from embeddings.encoders.protocol import EncoderIdentity
from embeddings.errors import IndexUnwritable
from embeddings.index.local import LocalIndex, Recalled
from embeddings.records import Vectors
from tests.embeddings.building import CountingEncoder, build, contents_of, write_files
from tests.embeddings.test_full_disk import full_after

AT_ONCE = 8
STORY = (
    "In the year {0} keeper number {0} counted {1} ships. He wrote down the names of {0} of them."
)

# Builds folder argv[1] into argv[2] and dies, as by kill -9, when it is to encode the fourth time.
DYING_BUILD = """
import os, sys
from pathlib import Path
from embeddings import vectors
from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from tests.embeddings.building import build

vectors._ENCODE_AT_ONCE = int(sys.argv[3])
left = 4

class Dying(HashingEncoder):
    def encode_passages(self, texts):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        return super().encode_passages(texts)

build(Path(sys.argv[1]), Artifact(Path(sys.argv[2])), Dying())
"""


class _Failing(HashingEncoder):
    """An encoder that breaks down when it is to encode for the third time."""

    left = 3

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.left -= 1
        if not self.left:
            raise MemoryError("no memory for the vectors")
        return super().encode_passages(texts)


class _Other(CountingEncoder):
    identity = EncoderIdentity("hashing", 64, 128, "hashing-2")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    files = {f"{n}.txt": STORY.format(n + 1800, n * 7) for n in range(20)}
    return write_files(tmp_path / "corpus", files)


@pytest.fixture
def undisturbed(corpus: Path, tmp_path: Path) -> Artifact:
    artifact = Artifact(tmp_path / "undisturbed")
    build(corpus, artifact)
    return artifact


@pytest.fixture
def stopped(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Artifact:
    """An index whose first build broke down with two lots of texts encoded."""
    monkeypatch.setattr(vectors_module, "_ENCODE_AT_ONCE", AT_ONCE)
    artifact = Artifact(tmp_path / "index")
    with pytest.raises(MemoryError):
        build(corpus, artifact, _Failing())
    return artifact


def _part(artifact: Artifact) -> Path:
    return artifact.directory / "encoded.part"


def test_after_a_kill_only_the_rest_is_encoded_and_the_index_is_the_same(
    corpus: Path, tmp_path: Path, undisturbed: Artifact
) -> None:
    artifact = Artifact(tmp_path / "index")
    killed = subprocess.run(
        [sys.executable, "-c", DYING_BUILD, corpus, artifact.directory, str(AT_ONCE)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert killed.returncode == 9, killed.stderr
    whole, rest = CountingEncoder(), CountingEncoder()
    build(corpus, Artifact(tmp_path / "whole"), whole)
    report = build(corpus, artifact, rest)
    assert len(rest.seen) == report.encoded == len(whole.seen) - 3 * AT_ONCE
    assert set(rest.seen) <= set(whole.seen)
    assert contents_of(artifact) == contents_of(undisturbed)
    assert not _part(artifact).exists()


def test_what_an_error_stopped_goes_on_too(
    corpus: Path, stopped: Artifact, undisturbed: Artifact
) -> None:
    total = undisturbed.manifest().counts["sentences"] + undisturbed.manifest().counts["passages"]
    assert build(corpus, stopped).encoded == total - 2 * AT_ONCE
    assert contents_of(stopped) == contents_of(undisturbed)


def _flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], int]] = {
    "nothing": (lambda data: data, 2 * AT_ONCE),
    "a torn record": (lambda data: data[:-100], 2 * AT_ONCE - 1),
    "a record that never came to the disk": (
        lambda data: data[:-200] + bytes(200),
        2 * AT_ONCE - 1,
    ),
    "one bit of a vector": (_flip(-20), 2 * AT_ONCE - 1),
    "the first line": (_flip(10), 0),
    "half of the first line": (lambda data: data[:20], 0),
    "everything": (lambda data: b"", 0),
    "another file": (lambda data: b"\0" * len(data), 0),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_what_is_damaged_is_encoded_again(
    corpus: Path, stopped: Artifact, undisturbed: Artifact, kind: str
) -> None:
    damage, kept = DAMAGE[kind]
    _part(stopped).write_bytes(damage(_part(stopped).read_bytes()))
    counts = undisturbed.manifest().counts
    assert build(corpus, stopped).encoded == counts["sentences"] + counts["passages"] - kept
    assert contents_of(stopped) == contents_of(undisturbed)
    assert not _part(stopped).exists()


def test_nothing_is_taken_of_another_encoder(
    corpus: Path, stopped: Artifact, tmp_path: Path
) -> None:
    other, fresh = _Other(), _Other()
    build(corpus, stopped, other)
    build(corpus, Artifact(tmp_path / "fresh"), fresh)
    assert sorted(other.seen) == sorted(fresh.seen)


def test_a_disk_that_is_full_is_told_and_what_was_encoded_stays(
    corpus: Path, stopped: Artifact
) -> None:
    kept = _part(stopped).stat().st_size
    with full_after(kept + 300), pytest.raises(IndexUnwritable, match="MB free"):
        build(corpus, stopped)
    assert _part(stopped).stat().st_size >= kept
    assert build(corpus, stopped).fresh


def test_a_sentence_of_the_live_build_gives_no_passage_its_vector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index may keep sentences at a lower precision."""
    sentence = "The keeper of the northern light wound the clockwork of his lamp every four hours."
    folder = write_files(tmp_path / "corpus", {"a.txt": f"{sentence} He was the last of them."})
    artifact, fresh = Artifact(tmp_path / "index"), Artifact(tmp_path / "fresh")
    build(folder, artifact)
    write_files(folder, {"b.txt": f"{sentence}\n"})
    build(folder, fresh)
    recall = LocalIndex.recall_vectors

    def recall_rounded(index: LocalIndex) -> Iterator[Recalled]:
        for found in recall(index):
            rounded = found.sentence_vectors.astype(np.float16).astype(np.float32)
            yield replace(found, sentence_vectors=rounded)

    monkeypatch.setattr(LocalIndex, "recall_vectors", recall_rounded)
    encoder = CountingEncoder()
    build(folder, artifact, encoder)
    assert encoder.seen == [sentence]
    assert contents_of(artifact)["passages.faiss"] == contents_of(fresh)["passages.faiss"]
