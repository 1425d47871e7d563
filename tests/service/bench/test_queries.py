"""Texts and queries that are made up: as many as are asked for, the same each time, none twice."""

from pathlib import Path

from embeddings.artifact import Artifact
from service.bench.made import write_texts
from service.bench.queries import make_queries
from tests.embeddings.building import build, passages_of


def test_each_made_text_is_a_passage(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "again").mkdir()
    artifact = Artifact(tmp_path / "index")
    report = build(write_texts(tmp_path / "texts", 120), artifact)
    assert report.manifest.counts["passages"] == 120
    assert report.manifest.counts["folded"] == report.manifest.counts["set_aside"] == 0
    write_texts(tmp_path / "again", 120)
    first, second = (next((tmp_path / name).iterdir()) for name in ("texts", "again"))
    assert first.read_bytes() == second.read_bytes()


def test_more_texts_go_into_more_files(tmp_path: Path) -> None:
    write_texts(tmp_path, 2_001)
    lines = [path.read_text(encoding="utf-8").count("\n") for path in sorted(tmp_path.iterdir())]
    assert lines == [1_000, 1_000, 1]


def test_queries_are_words_of_passages_and_none_comes_twice(tiny_artifact: Artifact) -> None:
    queries = make_queries(tiny_artifact, 500)
    assert len(queries) == len(set(queries)) == 500
    assert queries == make_queries(tiny_artifact, 500)
    held = set(" ".join(passages_of(tiny_artifact).values()).split())
    assert all(5 <= len(query.split()) <= 12 for query in queries)
    assert sum(word in held for query in queries for word in query.split()) > 1_000


def test_an_index_of_one_word_has_queries_too(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "one.txt").write_text("Granary.\n", encoding="utf-8")
    artifact = Artifact(tmp_path / "index")
    build(tmp_path / "corpus", artifact)
    assert len(set(make_queries(artifact, 7))) == 7
