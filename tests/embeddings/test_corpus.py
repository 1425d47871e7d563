"""What one file does to the others, when files change: shared lines, names given twice."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.documents import DocumentReader, SourceFile
from embeddings.documents.formats import Item
from tests.embeddings.building import build, contents_of, passages_of, write_files

STORY = "The keeper of the {} light wound the clockwork of his lamp, and wrote down each ship."
FOOTER = "This almanac is printed by the Society of Harbour Pilots with the help of its members."
COASTS = ("northern", "southern", "eastern", "western", "outer")


def _write(folder: Path, names: tuple[str, ...]) -> Path:
    pages = {f"{name}.md": f"{STORY.format(name)}\n\n{FOOTER}\n" for name in names}
    return write_files(folder, pages)


def test_a_file_that_vanishes_while_it_is_read_again_no_longer_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _write(tmp_path / "corpus", COASTS[:4])
    artifact, fresh = Artifact(tmp_path / "index"), Artifact(tmp_path / "fresh")
    build(folder, artifact)
    _write(folder, COASTS)
    original = DocumentReader.read

    def read(reader: DocumentReader, file: SourceFile) -> Iterator[Item]:
        if file.source == "northern.md":
            file.path.unlink()
        return original(reader, file)

    with monkeypatch.context() as patched:
        patched.setattr(DocumentReader, "read", read)
        manifest = build(folder, artifact).manifest
    assert [source for source, _ in manifest.unreadable] == ["northern.md"]
    build(folder, artifact)
    build(folder, fresh)
    assert contents_of(artifact) == contents_of(fresh)


def _write_rows(path: Path, **rows: str) -> None:
    lines = [{"id": id, "title": f"On {id}", "text": text} for id, text in rows.items()]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def test_rows_of_a_file_one_of_whose_names_is_taken_are_those_of_a_fresh_build(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    second = folder / "a.jsonl#b.jsonl"
    artifact, fresh = Artifact(tmp_path / "index"), Artifact(tmp_path / "fresh")
    _write_rows(second, one=STORY.format("old"), two=FOOTER)
    build(folder, artifact)
    _write_rows(folder / "a.jsonl", **{"b.jsonl#one": STORY.format("new")})
    assert build(folder, artifact).manifest.counts["unreadable"] == 1
    build(folder, fresh)
    assert contents_of(artifact) == contents_of(fresh)
    _write_rows(second, one=STORY.format("old"), two=FOOTER.upper())
    assert build(folder, artifact).changes.changed == 1
    assert FOOTER.upper() in passages_of(artifact).values()
    (folder / "a.jsonl").unlink()
    build(folder, artifact)
    assert STORY.format("old") in passages_of(artifact).values()
