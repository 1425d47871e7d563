"""Judged collections are read in the form that they are published in. The texts are made up."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from service.evaluation.collections import Collection, read_collection, read_judgements
from tests.measurements.collections import main
from tests.measurements.judged import read_part
from tests.measurements.web_pages import read_pages


def _read_corpus(folder: Path) -> dict[str, dict[str, str]]:
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["_id"]: row for row in map(json.loads, lines)}


def _convert(kind: str, files: list[Path], folder: Path) -> Collection:
    main([kind, *map(str, files), str(folder)])
    return read_collection(folder)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _write_articles(path: Path, articles: dict[str, list[dict[str, Any]]]) -> Path:
    data = [{"title": title, "paragraphs": paragraphs} for title, paragraphs in articles.items()]
    return _write(path, json.dumps({"version": "v2.0", "data": data}))


def _ask(id: str, question: str, *answers: str, **rest: bool) -> dict[str, Any]:
    return {
        "id": id,
        "question": question,
        "answers": [{"text": text, "answer_start": 0} for text in answers],
        **rest,
    }


@pytest.fixture
def scifact(tmp_path: Path) -> Path:
    """BEIR's folder of it."""
    folder = tmp_path / "published" / "scifact"
    rows = [
        {"_id": "31", "title": "Bees", "text": "Bees shiver.", "metadata": {}},
        {"_id": "32", "title": "Salt", "text": "Salt is carried.", "metadata": {}},
    ]
    _write(folder / "corpus.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    asked = [{"_id": str(i), "text": f"claim {i}", "metadata": {}} for i in range(3)]
    _write(folder / "queries.jsonl", "".join(f"{json.dumps(row)}\n" for row in asked))
    _write(folder / "qrels" / "train.tsv", "query-id\tcorpus-id\tscore\n0\t31\t1\n")
    _write(folder / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore\n2\t32\t1\n")
    return folder


@pytest.mark.parametrize("zipped", [False, True])
def test_scifact_keeps_tuning_and_testing_apart(
    zipped: bool, scifact: Path, tmp_path: Path
) -> None:
    source = scifact
    if zipped:
        source = tmp_path / "scifact.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for path in scifact.rglob("*.*"):
                archive.write(path, path.relative_to(scifact.parent))
    folder = tmp_path / "scifact"
    found = _convert("scifact", [source], folder)
    assert dict(found.queries) == {"2": "claim 2"}
    assert found.judgements == {"2": {"32": 1}}
    assert _read_corpus(folder)["31"] == {"_id": "31", "title": "Bees", "text": "Bees shiver."}
    assert read_part(folder, tuning=True).judgements == {"0": {"31": 1}}


def test_squad_has_the_questions_that_are_answered(tmp_path: Path) -> None:
    asked = [
        _ask("a", " Who shivers? ", "Bees", is_impossible=False),
        _ask("b", "Who sings?", is_impossible=True),
        _ask("c", "Who is asked nothing?"),
    ]
    articles = {
        "Honey_bee": [{"context": "Bees shiver. ", "qas": asked}],
        "Salt_(food)": [{"context": "Salt is carried.", "qas": []}],
    }
    found = _convert("squad", [_write_articles(tmp_path / "dev.json", articles)], tmp_path / "x")
    assert dict(found.queries) == {"a": "Who shivers?"}
    assert found.judgements == {"a": {"p0": 1}}
    assert list(_read_corpus(tmp_path / "x").values()) == [
        {"_id": "p0", "title": "Honey bee", "text": "Bees shiver."},
        {"_id": "p1", "title": "Salt (food)", "text": "Salt is carried."},
    ]


def test_a_paragraph_of_two_files_is_one(tmp_path: Path) -> None:
    first = {"Bees": [{"context": "Bees shiver.", "qas": [_ask("a", "Who?", "Bees")]}]}
    second = {"Bees": [{"context": "Bees shiver.", "qas": [_ask("b", "What?", "Bees")]}]}
    files = [_write_articles(tmp_path / f"{i}.json", one) for i, one in enumerate((first, second))]
    found = _convert("squad", files, tmp_path / "x")
    assert found.judgements == {"a": {"p0": 1}, "b": {"p0": 1}}
    assert len(_read_corpus(tmp_path / "x")) == 1


def test_xquad_asks_in_one_language_over_passages_in_another(tmp_path: Path) -> None:
    russian = {"Bees": [{"context": "Пчёлы дрожат.", "qas": [_ask("a", "Кто дрожит?", "Пчёлы")]}]}
    english = {"Bees": [{"context": "Bees shiver.", "qas": [_ask("a", "Who shivers?", "Bees")]}]}
    others = {"Salt": [{"context": "Salt is carried.", "qas": [_ask("z", "What?", "Salt")]}]}
    files = [
        _write_articles(tmp_path / f"{i}.json", articles)
        for i, articles in enumerate((russian, english, others))
    ]
    found = _convert("xquad", files, tmp_path / "xquad-ru-en")
    assert dict(found.queries) == {"a": "Кто дрожит?"}
    assert found.judgements == {"a": {"p0": 1}}
    texts = [row["text"] for row in _read_corpus(tmp_path / "xquad-ru-en").values()]
    assert texts == ["Bees shiver.", "Salt is carried."]


def test_xquad_in_one_language_is_one_file(tmp_path: Path) -> None:
    english = {"Bees": [{"context": "Bees shiver.", "qas": [_ask("a", "Who shivers?", "Bees")]}]}
    found = _convert("xquad", [_write_articles(tmp_path / "en.json", english)], tmp_path / "x")
    assert dict(found.queries) == {"a": "Who shivers?"}


def test_cranfield_counts_its_questions_and_turns_its_codes_round(tmp_path: Path) -> None:
    documents = (
        ".I 1\n.T\nwings in\na slipstream .\n.A\nbrown\n.B\nj. ae.\n"
        ".W\nwings in a slipstream .\nlift .\n"
        ".I 2\n.T\n.A\n.B\n.W\n"
    )
    questions = ".I 001\n.W\nwhat lifts a\nwing .\n.I 004\n.W\nwhat heats it .\n"
    files = [
        _write(tmp_path / "cran.all.1400", documents),
        _write(tmp_path / "cran.qry", questions),
        _write(tmp_path / "cranqrel", "1 1 1\n1 2 -1\n2 1 4\n2 2 5 \n"),
    ]
    found = _convert("cranfield", files, tmp_path / "x")
    assert dict(found.queries) == {"1": "what lifts a wing .", "2": "what heats it ."}
    assert read_judgements(tmp_path / "x" / "qrels.tsv") == {
        "1": {"1": 4, "2": 0},
        "2": {"1": 1, "2": 0},
    }
    assert _read_corpus(tmp_path / "x") == {
        "1": {
            "_id": "1",
            "title": "wings in a slipstream .",
            "text": "wings in a slipstream . lift .",
        },
        "2": {"_id": "2", "title": "", "text": ""},
    }


def test_pages_come_with_the_text_that_people_marked(tmp_path: Path) -> None:
    published, folder = tmp_path / "benchmark", tmp_path / "x"
    marked = {
        "1f": {"articleBody": "Bees shiver.\u2028All of them.", "url": "http://bees.example/1"}
    }
    _write(published / "ground-truth.json", json.dumps(marked))
    page = b"<p>Bees shiver.</p><p>All of them.</p>"
    (published / "html").mkdir()
    (published / "html" / "1f.html.gz").write_bytes(gzip.compress(page))
    main(["pages", str(published), str(folder)])
    assert read_pages(folder) == {"1f": (page.decode(), "Bees shiver.\u2028All of them.")}


def test_it_says_how_much_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    english = {"Bees": [{"context": "Bees shiver.", "qas": [_ask("a", "Who shivers?", "Bees")]}]}
    main(["squad", str(_write_articles(tmp_path / "en.json", english)), str(tmp_path / "x")])
    assert capsys.readouterr().out == "1 documents, 1 queries, 1 right answers\n"
