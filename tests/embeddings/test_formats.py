"""An index of every format ever released is opened, or refused with advice that mends it."""

import json
from pathlib import Path

import pytest

from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import IndexFormat
from embeddings.manifest import FORMAT, MANIFEST, Manifest, write_manifest
from service.query import Query
from service.search import Searcher
from tests.conftest import TINY_CORPUS
from tests.embeddings.building import build, folder_of, write_files
from tests.embeddings.formats import FIXTURES, unpack


def test_a_kept_index_of_the_present_format_is_verified_and_searched(tmp_path: Path) -> None:
    artifact = unpack(FORMAT, tmp_path)
    assert artifact.verify().counts["documents"] == len(TINY_CORPUS)
    searcher = Searcher(*artifact.open(), HashingEncoder())
    (hit,) = searcher.search(Query("When was the old bridge over the Neretva finished?", k=1)).hits
    assert hit.stored.source == "bridge.txt"
    assert "finished in 1566" in hit.stored.passage.text
    assert searcher.document(hit.stored.passage.document_id).text == TINY_CORPUS["bridge.txt"]
    searcher.close()


def test_a_kept_index_is_built_upon(tmp_path: Path) -> None:
    artifact = unpack(FORMAT, tmp_path)
    corpus = write_files(tmp_path / "corpus", {**TINY_CORPUS, "new.txt": "Wind turns the mill."})
    report = build(corpus, artifact, replace=True)
    assert report.fresh and artifact.verify().counts["documents"] == len(TINY_CORPUS) + 1


def test_every_index_that_is_kept_names_its_own_format(tmp_path: Path) -> None:
    names = sorted(path.name for path in FIXTURES.glob("format-*.tar.gz"))
    assert f"format-{FORMAT}.tar.gz" in names, "python -m tests.embeddings.formats writes it"
    for name in names:
        number = int(name.removeprefix("format-").removesuffix(".tar.gz"))
        artifact = unpack(number, tmp_path / name)
        manifest = folder_of(artifact) / MANIFEST
        assert json.loads(manifest.read_text(encoding="utf-8"))["format"] == number
        if number == FORMAT:
            continue
        with pytest.raises(IndexFormat) as caught:
            artifact.open()
        assert "build the index again" in caught.value.hint


@pytest.mark.parametrize("number", [FORMAT - 1, FORMAT + 1, None, "5"])
def test_an_older_or_newer_format_is_refused_with_advice(
    tmp_path: Path, number: int | str | None
) -> None:
    artifact = unpack(FORMAT, tmp_path)
    folder = folder_of(artifact)
    values = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    write_manifest(folder, Manifest(**{**values, "format": number, "version": "7.8"}))
    for use in (artifact.open, artifact.verify):
        with pytest.raises(IndexFormat, match=f"has format {number}.*reads format {FORMAT}") as got:
            use()
        assert "build the index again with this version" in got.value.hint
        assert "7.8" in got.value.hint
