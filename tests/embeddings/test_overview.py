"""What a corpus holds in short: counts, and labels for what it speaks about."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from embeddings.artifact import Artifact
from embeddings.overview import name_folder, shorten
from tests.embeddings.building import build, write_files

BEES = "Honey bees keep their hive at about 35 degrees through the whole long winter."
SALT = "Salt was carried by camels from Taoudenni to Timbuktu in slabs of forty kilograms."
TIDE = "The tide in the wide Bay of Fundy rises by as much as sixteen metres."


def describe(folder: Path, files: Mapping[str, str | bytes]) -> dict[str, Any]:
    corpus = write_files(folder / "corpus", files)
    return build(corpus, Artifact(folder / "index")).manifest.overview


def make_rows(*rows: Mapping[str, str]) -> str:
    return "".join(f"{json.dumps({'id': str(i), **row})}\n" for i, row in enumerate(rows))


def test_passages_are_counted_by_language_most_first(tmp_path: Path) -> None:
    russian = "Лесник каждое утро обходил заповедник и записывал следы волков на снегу."
    found = describe(tmp_path, {"a.txt": BEES, "b.txt": SALT, "c.txt": russian, "d.txt": "1234"})
    assert found["languages"] == [["en", 2], [None, 1], ["ru", 1]]


def test_documents_are_counted_by_year_newest_first(tmp_path: Path) -> None:
    dates = ("2016-02-03", "2018", "2016-11", "")
    rows = make_rows(*({"text": f"{BEES} {d}", "date": d} for d in dates))
    assert describe(tmp_path, {"rows.jsonl": rows})["years"] == [
        ["2018", 1],
        ["2016", 2],
        [None, 1],
    ]


def test_documents_are_counted_by_their_first_folder(tmp_path: Path) -> None:
    files = {"a.txt": BEES, "sea/b.txt": SALT, "sea/deep/c.txt": TIDE, "b/rows.jsonl": ""}
    files["b/rows.jsonl"] = make_rows({"text": "One of the rows."}, {"text": "Another/row."})
    assert describe(tmp_path, files)["folders"] == [["b", 2], ["sea", 2], ["", 1]]


@pytest.mark.parametrize(
    ("path", "folder"), [("a.txt", ""), ("a/b.txt", "a"), ("a/b/c.txt", "a"), ("a b/c", "a b")]
)
def test_a_path_is_counted_to_its_first_folder(path: str, folder: str) -> None:
    assert name_folder(path) == folder


def test_topics_are_titles_of_passages_that_differ_in_meaning(tmp_path: Path) -> None:
    rows = make_rows(
        *({"title": "Bees", "text": f"{BEES} It was year {n}."} for n in range(1900, 1912)),
        *({"title": "Salt", "text": f"{SALT} It was year {n}."} for n in range(1900, 1906)),
        {"title": "Tides", "text": TIDE},
    )
    topics = describe(tmp_path, {"rows.jsonl": rows})["topics"]
    labels = [topic["label"] for topic in topics]
    assert set(labels) == {"Bees", "Salt", "Tides"}
    _, index = Artifact(tmp_path / "index").open()
    titles = [index.find(topic["passage_id"]).title for topic in topics]  # type: ignore[union-attr]
    index.close()
    assert titles == labels


def test_a_title_that_is_taken_gives_way_to_the_heading_and_no_label_comes_twice(
    tmp_path: Path,
) -> None:
    text = f"# Almanac\n\n{BEES}\n\n## Of salt\n\n{SALT}\n\n## of SALT\n\n{TIDE}\n"
    labels = [topic["label"] for topic in describe(tmp_path, {"a.md": text})["topics"]]
    assert sorted(labels) == ["Almanac", "Of salt"] or sorted(labels) == ["Almanac", "of SALT"]


def test_short_passages_speak_for_a_corpus_only_where_there_are_no_others(tmp_path: Path) -> None:
    names = ("Ada", "Bob", "Cyd")
    short = {f"{name}.txt": f"{name} is here." for name in names}
    alone = describe(tmp_path / "short", short)["topics"]
    assert sorted(topic["label"] for topic in alone) == [f"{n} is here." for n in names]
    topics = describe(tmp_path / "both", {**short, "salt.txt": SALT})["topics"]
    assert [topic["label"][:5] for topic in topics] == ["Salt "]


def test_eight_topics_are_the_most(tmp_path: Path) -> None:
    words = "bridge granary orchard foundry chapel quarry bakery tannery station library".split()
    rows = make_rows(*({"title": w, "text": f"{w} " * 9} for w in words))
    topics = describe(tmp_path, {"rows.jsonl": rows})["topics"]
    assert len(topics) == len({topic["label"] for topic in topics}) == 8


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("A  title\n of two lines", "A title of two lines"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("word " * 30, "word " * 14 + "word…"),
        ("A" * 70 + " – Analysis of it", "A" * 70 + "…"),
    ],
)
def test_a_long_label_is_cut_between_words_where_it_has_any(text: str, label: str) -> None:
    assert shorten(text) == label


def test_the_overview_comes_from_the_same_corpus_the_same(tmp_path: Path) -> None:
    files = {f"{n}.txt": f"{text} {n}" for n, text in enumerate([BEES, SALT, TIDE] * 9)}
    assert describe(tmp_path / "a", files)["topics"] == describe(tmp_path / "b", files)["topics"]
