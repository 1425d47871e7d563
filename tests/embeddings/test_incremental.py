"""Builds over changing files: what is read again, what is reported; the way to them never shows."""

import json
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.artifact import Artifact
from embeddings.build import BuildOptions
from embeddings.corpus import Changes
from embeddings.documents import DocumentReader, SourceFile
from embeddings.documents.confinement import ConfinedReader
from embeddings.documents.formats import READERS, Item, ReadOptions, read_bytes
from embeddings.encoders.hashing import HashingEncoder
from embeddings.encoders.protocol import EncoderIdentity
from embeddings.errors import EncoderUnavailable, UnreadableDocument
from embeddings.records import make_id
from tests.embeddings.building import (
    CountingEncoder,
    build,
    contents_of,
    sources_of,
    write_files,
)

STORY = (
    "The keeper of the northern light wound the clockwork of his lamp every four hours, "
    "and wrote down each ship that passed. In the winter of that year he counted nine."
)
FOOTER = "This almanac is printed by the Society of Harbour Pilots with the help of its members."
NAMES = ("a.txt", "b.txt", "c.md", "d.html", "e.jsonl", "sub/f.txt", "sub/g.eml")


def _page(text: str, footer: bool) -> str:
    return f"{text}\n\nHe was not the first.\n" + (f"\n{FOOTER}\n" if footer else "")


def _write(text: str, footer: bool, name: str) -> bytes:
    body = _page(text, footer)
    if name.endswith(".jsonl"):
        rows = [{"_id": i, "text": part} for i, part in enumerate([body, text])]
        return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    if name.endswith(".html"):
        lines = "".join(f"<p>{line}</p>" for line in body.splitlines() if line)
        return f"<html><body><article><h1>Lights</h1>{lines}</article></body></html>".encode()
    if name.endswith(".eml"):
        return f"From: a@example.org\nSubject: Lights\nDate: 3 May 2017\n\n{body}".encode()
    return body.encode("cp1252" if name == "b.txt" else "utf-8")


TEXTS = st.sampled_from(
    [
        STORY,
        STORY.replace("nine", "ten"),
        STORY.replace(" wound ", " had wound "),
        "The Lamp Keepers Union (LKU) met in May.\n\nThe LKU has forty members.",
        "Oil was dear in the cafés of the harbour, and so was glass.",
        FOOTER,
        "",
    ]
)
FILES = st.tuples(TEXTS, st.booleans())
STEPS = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.none() | FILES, min_size=1, max_size=5), min_size=2
)


def _apply(folder: Path, step: Mapping[str, tuple[str, bool] | None]) -> None:
    for name, content in step.items():
        if content is None:
            (folder / name).unlink(missing_ok=True)
        else:
            write_files(folder, {name: _write(*content, name)})


_READING = threading.Lock()


def _read_here(
    reader: ConfinedReader, data: bytes, ending: str, source: str, sha256: str
) -> list[Item]:
    with _READING:
        return list(read_bytes(data, ending, source, sha256, ReadOptions(**reader._options)))


@settings(max_examples=60, deadline=None)
@given(STEPS, st.booleans())
def test_any_sequence_of_adds_changes_and_removals_equals_a_fresh_build(
    steps: list[dict[str, tuple[str, bool] | None]], rehash: bool
) -> None:
    """Files are read in this process: to start one for each of the builds takes most of the time.

    `documents/test_confinement.py` sees to it that it makes no difference.
    """
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as name:
        patch.setattr(ConfinedReader, "read", _read_here)
        folder = write_files(Path(name, "corpus"), {"always.txt": STORY.replace("ship", "sail")})
        artifact, fresh = Artifact(Path(name, "index")), Artifact(Path(name, "fresh"))
        for step in steps:
            _apply(folder, step)
            build(folder, artifact, rehash=rehash)
        build(folder, fresh)
        assert contents_of(artifact) == contents_of(fresh)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read, in no certain order."""
    names: list[str] = []
    original = DocumentReader.read

    def note(reader: DocumentReader, file: SourceFile) -> Iterator[Item]:
        names.append(file.source)
        return original(reader, file)

    monkeypatch.setattr(DocumentReader, "read", note)
    return names


def test_only_what_changed_is_read_again_and_the_report_counts_it(
    tiny_artifact: Artifact, tiny_corpus: Path, read: list[str]
) -> None:
    write_files(tiny_corpus, {"new.txt": STORY, "bad.txt": b"\0\1"})
    (tiny_corpus / "salt.txt").unlink()
    tides = tiny_corpus / "tides.txt"
    tides.write_bytes(tides.read_bytes() + b"\n\nThe moon is their cause.\n")
    report = build(tiny_corpus, tiny_artifact)
    assert sorted(read) == ["bad.txt", "new.txt", "tides.txt"]
    files = len(tiny_artifact.manifest().sources)
    assert report.changes == Changes(new=2, changed=1, removed=1, unchanged=files - 3, unreadable=1)


def test_what_was_said_of_a_file_is_said_again_when_it_is_not_read(
    tiny_artifact: Artifact, tiny_corpus: Path
) -> None:
    write_files(tiny_corpus, {"latin.txt": "The café stood by the old harbour.".encode("cp1252")})
    notices = build(tiny_corpus, tiny_artifact).manifest.notices
    assert [source for source, _ in notices] == ["latin.txt"]
    write_files(tiny_corpus, {"new.txt": STORY})
    assert build(tiny_corpus, tiny_artifact).manifest.notices == notices


def test_an_index_in_its_own_folder_is_no_change_of_it(tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": STORY})
    artifact = Artifact(docs / "index" / "docs")
    assert [build(docs, artifact).fresh for _ in range(3)] == [True, False, False]
    assert artifact.manifest().skipped == []


def test_a_file_with_another_time_and_the_same_bytes_is_not_read_again(
    tiny_artifact: Artifact, tiny_corpus: Path, read: list[str]
) -> None:
    os.utime(tiny_corpus / "tides.txt")
    report = build(tiny_corpus, tiny_artifact)
    assert (read, report.fresh, report.changes.changed) == ([], False, 0)


def test_with_rehash_a_file_that_kept_size_and_time_is_read_when_its_bytes_differ(
    tiny_artifact: Artifact, tiny_corpus: Path, read: list[str]
) -> None:
    path = tiny_corpus / "tides.txt"
    status = path.stat()
    path.write_bytes(path.read_bytes().upper())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not build(tiny_corpus, tiny_artifact).fresh
    assert build(tiny_corpus, tiny_artifact, rehash=True).changes.changed == 1
    assert read == ["tides.txt"]


def test_what_could_not_be_read_is_tried_again(
    tiny_artifact: Artifact, tiny_corpus: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have wanted a permission, or a program that is there by now."""

    def refuse(data: bytes, source: str, sha256: str) -> object:
        raise UnreadableDocument(source, "is locked", "unlock it")

    with monkeypatch.context() as patched:
        patched.setitem(READERS, ".txt", refuse)
        write_files(tiny_corpus, {"new.txt": STORY})
        assert build(tiny_corpus, tiny_artifact).changes.unreadable == 1
        again = build(tiny_corpus, tiny_artifact)
        assert (again.fresh, again.changes.unchanged) == (False, len(again.manifest.sources))
    assert build(tiny_corpus, tiny_artifact).changes == Changes(0, 1, 0, 5, 0)
    assert read == ["new.txt"] * 3
    assert "new.txt" in sources_of(tiny_artifact)


def test_other_options_read_everything_again_and_encode_only_what_is_new(
    tiny_artifact: Artifact, tiny_corpus: Path, read: list[str]
) -> None:
    encoder = CountingEncoder()
    report = build(tiny_corpus, tiny_artifact, encoder, options=BuildOptions(text_column="body"))
    assert len(read) == len(report.manifest.sources) == report.changes.unchanged
    assert encoder.seen == []


def test_another_version_of_a_library_reads_everything_again(
    tiny_artifact: Artifact,
    tiny_corpus: Path,
    read: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("embeddings.earlier.version", lambda name: "0")
    assert build(tiny_corpus, tiny_artifact).fresh
    assert len(read) == len(tiny_artifact.manifest().sources)


class _Narrow(HashingEncoder):
    """Another model under the same name, as where a model folder was changed in place."""

    identity = EncoderIdentity("hashing", 64, 128, "hashing-2")


def test_another_encoder_of_the_same_name_takes_nothing_over(
    tiny_artifact: Artifact, tiny_corpus: Path, read: list[str]
) -> None:
    """Not even where no file changed: no answer could be given from the vectors that are there."""
    report = build(tiny_corpus, tiny_artifact, _Narrow())
    assert report.fresh
    assert sorted(read) == sorted(report.manifest.sources)
    assert report.encoded > len(read)
    assert not build(tiny_corpus, tiny_artifact, _Narrow()).fresh


class _Newer(HashingEncoder):
    """A model of whose newest version only the tokenizer is on this machine."""

    @property
    def known_identity(self) -> dict[str, object]:
        raise EncoderUnavailable("has no weights")


def test_a_model_whose_weights_are_not_here_yet_is_not_taken_for_that_of_the_index(
    tiny_artifact: Artifact, tiny_corpus: Path
) -> None:
    assert build(tiny_corpus, tiny_artifact, _Newer()).fresh


def test_a_footer_of_five_documents_is_set_aside_and_comes_back_when_there_are_four(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "corpus"
    for number in range(5):
        write_files(folder, {f"{number}.txt": f"{STORY} He was {number + 60}.\n\n{FOOTER}\n"})
    artifact = Artifact(tmp_path / "index")
    build(folder, artifact)
    assert _marks(artifact, "2.txt") == [FOOTER]
    (folder / "0.txt").unlink()
    build(folder, artifact)
    assert _marks(artifact, "2.txt") == []


def _marks(artifact: Artifact, source: str) -> list[str]:
    _, index = artifact.open()
    (cut,) = index.recall_cuts([make_id("document", source)])
    index.close()
    return [cut.document.text[mark.start : mark.end] for mark in cut.marks]
