"""The pipeline: what a build reads, encodes, keeps and refuses, and what another one finds."""

import json
import os
import shutil
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.build import BuildOptions
from embeddings.errors import ArtifactError, IndexOfOtherRoots
from embeddings.manifest import Manifest
from tests.embeddings.building import (
    CountingEncoder,
    FailingEncoder,
    build,
    passages_of,
    sources_of,
    write_files,
)

NEW = "A lighthouse keeper wound the clockwork of his lamp every four hours of the night.\n"


def test_a_build_counts_what_it_made(tiny_artifact: Artifact, tiny_corpus: Path) -> None:
    manifest, index = tiny_artifact.open()
    assert manifest.counts == {
        "documents": 5,
        "passages": 9,
        "sentences": 11,
        "folded": 1,
        "set_aside": 0,
        "unreadable": 0,
        "skipped": 0,
    }
    assert manifest.roots == [str(tiny_corpus)]
    assert manifest.encoder["name"] == "hashing"
    assert sorted(manifest.sources) == sources_of(tiny_artifact)
    assert index.passage_count == 9


def test_every_passage_is_found_by_its_own_text(tiny_artifact: Artifact) -> None:
    _, index = tiny_artifact.open()
    texts = [stored.passage.text for stored in index.read(range(index.passage_count))]
    for number, vector in enumerate(CountingEncoder().encode_passages(texts)):
        by_passage, _ = index.dense(vector, 1)
        assert by_passage.numbers.tolist() == [number]
        assert by_passage.scores[0] == pytest.approx(1.0, abs=1e-5)
    index.close()


def test_passages_are_numbered_in_the_order_of_their_ids(tiny_artifact: Artifact) -> None:
    assert list(passages_of(tiny_artifact)) == sorted(passages_of(tiny_artifact))


def test_the_same_files_are_not_built_twice(tiny_artifact: Artifact, tiny_corpus: Path) -> None:
    live = tiny_artifact.live_id()
    encoder = CountingEncoder()
    report = build(tiny_corpus, tiny_artifact, encoder)
    assert (report.fresh, report.encoded, encoder.seen) == (False, 0, [])
    assert report.manifest == tiny_artifact.manifest()
    assert tiny_artifact.finished() == [live]


@pytest.mark.parametrize("harm", ["current", "manifest.json", "passages.faiss", "passages.sqlite"])
def test_the_same_files_are_built_again_where_the_index_is_damaged(
    tiny_artifact: Artifact, tiny_corpus: Path, harm: str
) -> None:
    """And nothing of the damaged build is taken over: no vector, no text."""
    before = passages_of(tiny_artifact)
    folder = tiny_artifact.directory
    path = (
        folder / harm if harm == "current" else folder / "builds" / tiny_artifact.live_id() / harm
    )
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)
    encoder = CountingEncoder()
    report = build(tiny_corpus, tiny_artifact, encoder)
    assert report.fresh
    assert set(before.values()) <= set(encoder.seen)
    tiny_artifact.verify()
    assert passages_of(tiny_artifact) == before


def test_a_file_of_the_same_size_and_time_is_not_read_again(
    tiny_artifact: Artifact, tiny_corpus: Path
) -> None:
    path = tiny_corpus / "tides.txt"
    status = path.stat()
    path.write_bytes(path.read_bytes().upper())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not build(tiny_corpus, tiny_artifact).fresh
    os.utime(path)
    assert build(tiny_corpus, tiny_artifact).fresh


def test_a_new_file_costs_its_own_texts_alone(tiny_artifact: Artifact, tiny_corpus: Path) -> None:
    before = passages_of(tiny_artifact)
    write_files(tiny_corpus, {"lamp.txt": NEW})
    encoder = CountingEncoder()
    report = build(tiny_corpus, tiny_artifact, encoder)
    assert report.fresh
    assert encoder.seen == [NEW.strip()]
    assert report.encoded == 1
    after = passages_of(tiny_artifact)
    assert {id: after[id] for id in before} == before
    assert len(after) == len(before) + 1


def test_a_changed_file_costs_what_is_new_in_it(tiny_artifact: Artifact, tiny_corpus: Path) -> None:
    path = tiny_corpus / "tides.txt"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + NEW, encoding="utf-8")
    encoder = CountingEncoder()
    assert build(tiny_corpus, tiny_artifact, encoder).fresh
    assert encoder.seen == [NEW.strip()]


def test_a_removed_file_is_gone_and_costs_nothing(
    tiny_artifact: Artifact, tiny_corpus: Path
) -> None:
    (tiny_corpus / "tides.txt").unlink()
    encoder = CountingEncoder()
    assert build(tiny_corpus, tiny_artifact, encoder).fresh
    assert encoder.seen == []
    assert "tides.txt" not in sources_of(tiny_artifact)
    assert not any("Fundy" in text for text in passages_of(tiny_artifact).values())


def test_a_repeat_takes_the_place_of_the_first_when_that_is_removed(
    tiny_artifact: Artifact, tiny_corpus: Path
) -> None:
    (tiny_corpus / "bees.txt").unlink()
    encoder = CountingEncoder()
    report = build(tiny_corpus, tiny_artifact, encoder)
    assert report.manifest.counts["folded"] == 0
    assert encoder.seen == []
    assert any(text.startswith("Honey bees") for text in passages_of(tiny_artifact).values())


def test_the_next_of_near_copies_stands_when_the_file_of_the_first_is_removed(
    tmp_path: Path,
) -> None:
    artifact, corpus = Artifact(tmp_path / "index"), tmp_path / "corpus"
    words = {"a.md": ("2016-01-01", "boats"), "b.md": ("2018-01-01", "ships")}
    words["c.md"] = ("2017-01-01", "barges")
    text = f"{NEW.strip()} He wrote it in a book, which the {{}} took home with the oil and salt."
    pages = {name: f"---\ndate: {d}\n---\n\n{text.format(w)}\n" for name, (d, w) in words.items()}
    write_files(corpus, pages)
    for file, others in (("a.md", ["b.md", "c.md"]), ("c.md", ["b.md"]), ("b.md", [])):
        build(corpus, artifact)
        _, index = artifact.open()
        (stored,) = index.read(range(index.passage_count))
        assert (stored.source, [place.source for place in stored.also_in]) == (file, others)
        index.close()
        (corpus / file).unlink()


def test_any_way_to_the_same_files_gives_the_same_index(
    tiny_artifact: Artifact, tiny_corpus: Path, tmp_path: Path
) -> None:
    salt = (tiny_corpus / "salt.txt").read_bytes()
    (tiny_corpus / "salt.txt").unlink()
    write_files(tiny_corpus, {"lamp.txt": NEW})
    build(tiny_corpus, tiny_artifact)
    write_files(tiny_corpus, {"salt.txt": salt})
    build(tiny_corpus, tiny_artifact)
    fresh = Artifact(tmp_path / "fresh")
    build(tiny_corpus, fresh)
    ours, theirs = tiny_artifact.open()[1], fresh.open()[1]
    everything = range(theirs.passage_count)
    assert ours.read(range(ours.passage_count)) == theirs.read(everything)
    assert ours.frequencies(["bee", "salt", "four"]) == theirs.frequencies(["bee", "salt", "four"])
    for number in everything:
        assert (ours.passage_vector(number) == theirs.passage_vector(number)).all()


def test_ids_do_not_depend_on_where_the_folder_lies(
    tiny_artifact: Artifact, tiny_corpus: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "far" / "a way"
    shutil.copytree(tiny_corpus, moved)
    other = Artifact(tmp_path / "other")
    build(moved, other)
    assert passages_of(other) == passages_of(tiny_artifact)


def test_a_passage_is_found_by_the_words_of_its_title_and_heading_and_by_another_name(
    tmp_path: Path,
) -> None:
    text = f"The Northern Lamp Society (NLS) met in May of that year.\n\n{NEW}\nWinter\n\nNLS {NEW}"
    row = json.dumps({"text": text, "title": "Almanac"})
    artifact = Artifact(tmp_path / "index")
    build(write_files(tmp_path / "corpus", {"a.jsonl": row}), artifact)
    _, index = artifact.open()
    found = {word: len(index.lexical({word: 1.0}, 9).numbers) for word in ("almanac", "winter")}
    assert found == {"almanac": index.passage_count, "winter": 1}
    named = index.lexical({"societi": 1.0}, 9).numbers.tolist()
    assert {text[:3] for text in (s.passage.text for s in index.read(named))} == {"The", "NLS"}
    index.close()


def test_other_options_are_another_build(tiny_artifact: Artifact, tiny_corpus: Path) -> None:
    report = build(tiny_corpus, tiny_artifact, options=BuildOptions(keep_all=True))
    assert report.fresh
    assert report.manifest.options["keep_all"] is True


def test_another_folder_is_refused_unless_it_replaces(
    tiny_artifact: Artifact, tiny_corpus: Path, tmp_path: Path
) -> None:
    live = tiny_artifact.live_id()
    other = write_files(tmp_path / "other", {"lamp.txt": NEW})
    for roots in ([other], [tiny_corpus, other]):
        with pytest.raises(IndexOfOtherRoots) as caught:
            build(roots, tiny_artifact)
        assert str(tiny_corpus) in caught.value.message
        assert "--replace" in caught.value.hint
    assert tiny_artifact.live_id() == live
    assert build(other, tiny_artifact, replace=True).fresh
    assert sources_of(tiny_artifact) == ["lamp.txt"]


def test_an_encoder_that_fails_leaves_the_earlier_build_live(
    tiny_artifact: Artifact, tiny_corpus: Path
) -> None:
    live = tiny_artifact.live_id()
    write_files(tiny_corpus, {"lamp.txt": NEW})
    with pytest.raises(MemoryError):
        build(tiny_corpus, tiny_artifact, FailingEncoder())
    assert tiny_artifact.live_id() == live
    assert [path.name for path in (tiny_artifact.directory / "builds").iterdir()] == [live]
    assert build(tiny_corpus, tiny_artifact).fresh


class _Away(Artifact):
    """Builds that could not be asked for a moment, as those in a database may be."""

    def manifest(self, build: str | None = None) -> Manifest:
        raise ArtifactError("no server answers")


def test_what_cannot_be_asked_for_a_moment_is_not_built_anew(
    tiny_artifact: Artifact, tmp_path: Path
) -> None:
    """It may hold the documents of other folders, which nothing but --replace may replace."""
    live = tiny_artifact.live_id()
    other = write_files(tmp_path / "other", {"a.txt": NEW})
    with pytest.raises(ArtifactError, match="no server answers"):
        build(other, _Away(tiny_artifact.directory))
    assert tiny_artifact.live_id() == live


class _Elsewhere(Artifact):
    """Builds that lie elsewhere than what a build works with."""

    @property
    def workspace(self) -> Path:
        return self.directory.parent / "workspaces" / "one"


def test_a_build_works_in_a_folder_of_its_own_where_its_index_is_elsewhere(tmp_path: Path) -> None:
    corpus = write_files(tmp_path / "corpus", {"a.txt": NEW})
    builds = _Elsewhere(tmp_path / "index")
    with pytest.raises(MemoryError):
        build(corpus, builds, FailingEncoder())
    assert list((tmp_path / "workspaces" / "one").iterdir())
    assert build(corpus, builds).fresh
    left = {path.name for path in (tmp_path / "index").iterdir()}
    assert left == {"builds", "current", "lock"}
