"""Builds whose sentences are pooled from their passages: the way to an index never shows in it."""

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings import vectors as vectors_module
from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from embeddings.manifest import write_manifest
from embeddings.records import Span
from service.query import Query
from service.search import Searcher
from tests.embeddings.building import (
    CountingEncoder,
    PoolingEncoder,
    build,
    contents_of,
    folder_of,
    passages_of,
    write_files,
)

AT_ONCE = 4
SHARED = "The lamp was lit at four."
STORY = "In the year {0} keeper number {0} counted {1} ships. " + SHARED
ONE = "The keeper of the northern light wound the clockwork of his lamp every four hours."

# Builds folder argv[1] into argv[2] and dies, as by kill -9, when it is to encode the third time.
DYING_BUILD = """
import os, sys
from pathlib import Path
from embeddings import vectors
from embeddings.artifact import Artifact
from tests.embeddings.building import PoolingEncoder, build

vectors._ENCODE_AT_ONCE = int(sys.argv[3])
left = 3

class Dying(PoolingEncoder):
    def encode_pooled(self, texts, sentences):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        return super().encode_pooled(texts, sentences)

build(Path(sys.argv[1]), Artifact(Path(sys.argv[2])), Dying())
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    files = {f"{n}.txt": STORY.format(n + 1800, n * 7) for n in range(20)}
    return write_files(tmp_path / "corpus", {**files, "one.txt": ONE})


@pytest.fixture
def undisturbed(corpus: Path, tmp_path: Path) -> Artifact:
    artifact = Artifact(tmp_path / "undisturbed")
    build(corpus, artifact, PoolingEncoder())
    return artifact


def build_until_killed(corpus: Path, artifact: Artifact) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", DYING_BUILD, corpus, artifact.directory, str(AT_ONCE)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert killed.returncode == 9, killed.stderr


def test_each_passage_is_encoded_once_and_no_sentence_by_itself(
    corpus: Path, tmp_path: Path
) -> None:
    artifact, encoder = Artifact(tmp_path / "index"), PoolingEncoder()
    report = build(corpus, artifact, encoder)
    assert sorted(encoder.seen) == sorted(passages_of(artifact).values())
    assert report.encoded == report.manifest.counts["passages"] == 21
    assert report.manifest.encoder["pooled"]


def test_sentences_have_their_vectors_from_their_own_passage(undisturbed: Artifact) -> None:
    _, index = undisturbed.open()
    shared = set()
    with closing(index):
        for recalled in index.recall_vectors():
            whole, parts = PoolingEncoder().encode_pooled(recalled.texts, recalled.sentences)
            np.testing.assert_array_equal(recalled.vectors, whole)
            np.testing.assert_array_equal(recalled.sentence_vectors, parts)
            spans = [
                text[span.start : span.end]
                for text, own in zip(recalled.texts, recalled.sentences, strict=True)
                for span in own
            ]
            shared |= {v.tobytes() for s, v in zip(spans, parts, strict=True) if s == SHARED}
    assert len(shared) == 20


def test_a_passage_of_one_sentence_has_one_vector(undisturbed: Artifact) -> None:
    _, index = undisturbed.open()
    with closing(index):
        stored = index.read(range(index.passage_count))
    (number,) = [one.number for one in stored if one.passage.text == ONE]
    assert stored[number].passage.sentences == (Span(0, len(ONE)),)
    rows = np.load(folder_of(undisturbed) / "sentence_rows.npy")
    sizes = np.diff(rows)
    assert sizes[number] == 0 and sizes.sum() == 40


def test_after_a_kill_the_rest_is_encoded_and_the_index_is_the_same(
    corpus: Path, tmp_path: Path, undisturbed: Artifact
) -> None:
    artifact, rest = Artifact(tmp_path / "index"), PoolingEncoder()
    build_until_killed(corpus, artifact)
    report = build(corpus, artifact, rest)
    assert len(rest.seen) == report.encoded == 21 - 2 * AT_ONCE
    assert contents_of(artifact) == contents_of(undisturbed)


def test_a_passage_of_which_a_sentence_is_lost_is_encoded_again(
    corpus: Path, tmp_path: Path, undisturbed: Artifact
) -> None:
    artifact, rest = Artifact(tmp_path / "index"), PoolingEncoder()
    build_until_killed(corpus, artifact)
    part = artifact.directory / "encoded.part"
    part.write_bytes(part.read_bytes()[:-1])
    build(corpus, artifact, rest)
    assert len(rest.seen) == 21 - 2 * AT_ONCE + 1
    assert contents_of(artifact) == contents_of(undisturbed)


def test_a_document_added_later_gives_the_same_index(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors_module, "_ENCODE_AT_ONCE", AT_ONCE)
    artifact, fresh = Artifact(tmp_path / "index"), Artifact(tmp_path / "fresh")
    build(corpus, artifact, PoolingEncoder())
    added = f"{ONE} He was the last of them."
    write_files(corpus, {"new.txt": added})
    encoder = PoolingEncoder()
    build(corpus, artifact, encoder)
    build(corpus, fresh, PoolingEncoder())
    assert encoder.seen == [added]
    assert contents_of(artifact) == contents_of(fresh)


def test_nothing_is_taken_of_an_index_made_the_other_way(
    corpus: Path, tmp_path: Path, undisturbed: Artifact
) -> None:
    artifact, each = Artifact(tmp_path / "index"), Artifact(tmp_path / "each")
    build(corpus, each)
    for used, expected in (
        (CountingEncoder(), each),
        (PoolingEncoder(), undisturbed),
        (CountingEncoder(), each),
    ):
        report = build(corpus, artifact, used)
        assert report.fresh and len(used.seen) == report.encoded >= 21
        assert contents_of(artifact) == contents_of(expected)


def test_nothing_is_taken_of_what_the_other_way_left(corpus: Path, tmp_path: Path) -> None:
    artifact, encoder = Artifact(tmp_path / "index"), CountingEncoder()
    build_until_killed(corpus, artifact)
    assert build(corpus, artifact, encoder).encoded == len(encoder.seen) == 21 + 20 + 1


def test_a_build_that_does_not_say_how_encoded_each_sentence(corpus: Path, tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index")
    build(corpus, artifact)
    before = contents_of(artifact)
    manifest = artifact.manifest()
    known = {name: told for name, told in manifest.encoder.items() if name != "pooled"}
    write_manifest(folder_of(artifact), replace(manifest, encoder=known))
    assert not build(corpus, artifact).fresh
    searcher = Searcher(*artifact.open(), PoolingEncoder())
    assert searcher.search(Query("lamp")).hits
    searcher.close()
    assert build(corpus, artifact, PoolingEncoder()).fresh
    assert contents_of(artifact) != before


def test_hashing_gives_a_sentence_the_vector_of_its_text() -> None:
    whole, parts = HashingEncoder().encode_pooled([ONE, "lamp"], [[Span(4, 10)], []])
    np.testing.assert_array_equal(whole, HashingEncoder().encode_passages([ONE, "lamp"]))
    np.testing.assert_array_equal(parts, HashingEncoder().encode_passages(["keeper"]))
