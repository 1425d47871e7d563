"""Which folders a build takes, and what it says of the files that it cannot read."""

import os
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.errors import CorpusEmpty, CorpusMissing
from tests.embeddings.building import build, passages_of, sources_of, write_files

NEW = "A lighthouse keeper wound the clockwork of his lamp every four hours of the night.\n"


def test_two_folders_with_the_same_file_names_stay_apart(tmp_path: Path) -> None:
    roots = [
        write_files(tmp_path / "a" / "notes", {"x.txt": NEW}),
        write_files(tmp_path / "b" / "notes", {"x.txt": NEW.replace("four", "five")}),
    ]
    artifact = Artifact(tmp_path / "index")
    build(roots, artifact)
    assert sources_of(artifact) == ["notes-2/x.txt", "notes/x.txt"]
    assert len(passages_of(artifact)) == 2


def test_a_folder_named_twice_is_read_once(tiny_corpus: Path, tmp_path: Path) -> None:
    artifact = Artifact(tmp_path / "index")
    (tmp_path / "link").symlink_to(tiny_corpus)
    roots = [tiny_corpus, tiny_corpus / ".." / tiny_corpus.name, tmp_path / "link"]
    assert build(roots, artifact).manifest.counts["documents"] == 5


def test_a_folder_may_have_a_name_that_is_no_text(tmp_path: Path) -> None:
    folder = write_files(tmp_path / os.fsdecode(b"caf\xe9"), {"a.txt": NEW})
    artifact = Artifact(tmp_path / "index")
    assert build(folder, artifact).fresh
    assert not build(folder, artifact).fresh
    other = write_files(tmp_path / "other", {"b.txt": NEW})
    build([folder, other], artifact, replace=True)
    assert sources_of(artifact) == ["caf\\xe9/a.txt", "other/b.txt"]


def test_what_cannot_be_read_is_counted_and_the_rest_is_built(
    tiny_corpus: Path, tmp_path: Path
) -> None:
    write_files(
        tiny_corpus,
        {"a.txt": b"\0\1\2\3", "b.txt": "", "c.jsonl": "{}\nnot json\n", "d.xyz": b"%PDF-1.7"},
    )
    os.symlink("nowhere", tiny_corpus / "e.txt")
    manifest = build(tiny_corpus, Artifact(tmp_path / "index")).manifest
    assert manifest.counts["documents"] == 5
    assert manifest.counts["unreadable"] == 5
    assert {name for name, _ in manifest.unreadable} == {
        "a.txt",
        "b.txt",
        "c.jsonl:1",
        "c.jsonl:2",
        "e.txt",
    }
    assert manifest.skipped == [["d.xyz", "no reader for .xyz"]]


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({}, "no documents"),
        ({"a.txt": "", "b.txt": b"\0"}, r"a.txt: is empty \(.*, or fill it\); b.txt: is binary"),
        ({f"{i}.txt": " \n" for i in range(5)}, "and 2 more"),
        ({"scan.xyz": b"%PDF"}, "scan.xyz: no reader for .xyz"),
        ({".hidden.txt": NEW}, "left out by a dot before the name: 1 file"),
    ],
)
def test_a_folder_without_a_readable_text_says_why(
    tmp_path: Path, files: dict[str, str | bytes], named: str
) -> None:
    corpus = write_files(tmp_path / "corpus", files)
    artifact = Artifact(tmp_path / "index")
    with pytest.raises(CorpusEmpty, match=named) as caught:
        build(corpus, artifact)
    assert str(corpus) in caught.value.message
    assert caught.value.hint
    assert artifact.finished() == []


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match="nowhere"):
        build(tmp_path / "nowhere", Artifact(tmp_path / "index"))


def test_a_second_document_of_the_same_name_is_reported(tmp_path: Path) -> None:
    row = '{"_id": "1.txt", "text": "Owls hunt by ear in the dark."}\n'
    folder = write_files(
        tmp_path / "corpus", {"x.jsonl": row, "x.jsonl#1.txt": "Bees hum in the lime trees."}
    )
    report = build(folder, Artifact(tmp_path / "index"))
    assert report.manifest.counts["documents"] == 1
    assert [source for source, _ in report.manifest.unreadable] == ["x.jsonl#1.txt"]
