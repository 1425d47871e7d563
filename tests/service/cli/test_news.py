"""`winnow news`: what is new is told once, in each form, and noted only when it was told."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.service.building import KEEPER, build, write_corpus
from tests.service.cli.conftest import Winnow, make_environment
from tests.service.conftest import Search

QUESTION = "How many ships did the lighthouse keeper count?"
SEARCHES = f"""
[[search]]
name = "Ships *of* the keeper"
question = "{QUESTION}"
min_confidence = 0.3

[[search]]
question = "Who forged the anchor?"
source = "nowhere/*"
"""
AGAIN = (
    "Another lighthouse keeper counted forty ships in the rain on a Friday, and told nobody "
    "of them but the priest."
)


@pytest.fixture
def searches(tmp_path: Path) -> Path:
    path = tmp_path / "searches.toml"
    path.write_text(SEARCHES)
    return path


@pytest.fixture
def own_index(index: Path, tmp_path: Path) -> Path:
    return shutil.copytree(index, tmp_path / "ix")


@pytest.fixture
def add(own_index: Path, corpus: Path, tmp_path: Path) -> Callable[[str, str], None]:
    """Add a text to the corpus that the index is made of, and build again."""
    from embeddings.artifact import Artifact
    from tests.embeddings.building import build as publish

    own = shutil.copytree(corpus, tmp_path / "docs")

    def add(name: str, text: str) -> None:
        (own / name).write_text(text, encoding="utf-8")
        publish(own, Artifact(own_index), replace=True)

    return add


def test_new_answers_are_told_once_and_then_those_that_came_since(
    winnow_here: Winnow, searches: Path, own_index: Path, add: Callable[[str, str], None]
) -> None:
    arguments = ("news", searches.name, "--index", own_index)
    first = winnow_here(*arguments)
    assert first.returncode == 5, first.stderr
    assert "asked for the first time" in first.stdout
    assert f"**{KEEPER.split('. ')[0]}.**" in first.stdout
    second = winnow_here(*arguments)
    assert second.returncode == 0, second.stderr
    assert KEEPER[:30] not in second.stdout and "0 new answers to 2 searches" in second.stderr
    add("rain.txt", AGAIN)
    third = winnow_here(*arguments)
    assert third.returncode == 5, third.stderr
    assert "forty ships" in third.stdout and KEEPER[:30] not in third.stdout


def test_json_has_an_object_for_each_search(
    winnow_here: Winnow, searches: Path, own_index: Path, search: Search
) -> None:
    found = winnow_here("news", searches, "--index", own_index, "--json")
    assert found.returncode == 5, found.stderr
    ships, anchor = map(json.loads, found.stdout.splitlines())
    live = (own_index / "current").read_text(encoding="ascii").strip()
    assert (ships["name"], ships["question"]) == ("Ships *of* the keeper", QUESTION)
    assert (ships["build"], ships["before"]) == (live, None)
    assert (anchor["name"], anchor["new"], anchor["answers"]) == ("Who forged the anchor?", [], 0)
    hits = search(QUESTION, k=100, min_confidence=0.3)["hits"]
    assert ships["new"] == [hit for hit in hits if hit["answer"]]
    assert ships["answers"] == len(ships["new"])
    again = winnow_here("news", searches, "--index", own_index, "--json")
    assert again.returncode == 0
    ships, _ = map(json.loads, again.stdout.splitlines())
    assert (ships["before"], ships["new"], ships["gone"]) == (live, [], [])


def test_the_markdown_report_quotes_marks_cites_and_escapes(
    winnow_here: Winnow, searches: Path, own_index: Path, add: Callable[[str, str], None]
) -> None:
    row = {"title": "Rain <b>", "url": "https://a.example/rain", "text": f"# {AGAIN} *Or not*."}
    add("rain.jsonl", json.dumps(row))
    found = winnow_here("news", searches, "--index", own_index, "--format", "markdown")
    assert found.returncode == 5, found.stderr
    page = MarkdownIt().render(found.stdout)
    assert re.findall("<h[12]>(.*)</h[12]>", page) == [
        "2 new answers to 2 searches",
        "Ships *of* the keeper",
    ]
    assert f"<strong>{AGAIN.removesuffix('.')}</strong>. *Or not*." in page
    assert '<a href="https://a.example/rain">Rain &lt;b&gt;</a>' in page
    assert page.count("<blockquote>") == 2
    assert "Nothing new: Who forged the anchor?." in page


def test_answers_that_are_gone_are_named(
    winnow_here: Winnow, searches: Path, tmp_path: Path
) -> None:
    docs = write_corpus(tmp_path / "docs")
    build(docs, tmp_path / "ix")
    assert winnow_here("news", searches, "--index", "ix").returncode == 5
    shutil.rmtree(docs / "harbour")
    build(docs, tmp_path / "ix")
    forms = {("--format", "markdown"): "No longer answers: ", (): "no longer answers: "}
    seen = tmp_path / "searches.toml.seen.json"
    noted = seen.read_bytes()
    for arguments, said in forms.items():
        seen.write_bytes(noted)
        told = winnow_here("news", searches, "--index", "ix", *arguments)
        assert told.returncode == 0, told.stderr
        assert said in told.stdout and "harbour/lighthouse.txt" in told.stdout
    assert "no longer" not in winnow_here("news", searches, "--index", "ix").stdout


def test_nothing_is_noted_before_it_was_told(own_index: Path, searches: Path) -> None:
    """A reader that goes away, as a mail program that fails does, has been told nothing."""
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "news", searches, "--index", own_index],
        cwd=searches.parent,
        env=make_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    with process.stderr:
        process.stderr.read()
    assert process.wait(timeout=300) == 0
    assert not (searches.parent / "searches.toml.seen.json").exists()


def test_what_was_told_is_noted_where_the_flag_says(
    winnow_here: Winnow, searches: Path, own_index: Path, tmp_path: Path
) -> None:
    for code in (5, 0):
        told = winnow_here("news", searches, "--index", own_index, "--seen", "noted.json")
        assert told.returncode == code
    assert (tmp_path / "noted.json").is_file()
    assert not (tmp_path / "searches.toml.seen.json").exists()


def test_a_damaged_note_is_told_with_a_remedy_and_left_as_it_is(
    winnow_here: Winnow, searches: Path, own_index: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "searches.toml.seen.json"
    seen.write_text('{"version": 1, ')
    refused = winnow_here("news", searches, "--index", own_index)
    assert refused.returncode == 1
    assert str(seen) in refused.stderr and "hint:" in refused.stderr
    assert refused.stdout == "" and seen.read_text() == '{"version": 1, '


def test_a_note_that_cannot_be_written_is_told_before_anything_else(
    winnow_here: Winnow, searches: Path, own_index: Path
) -> None:
    refused = winnow_here("news", searches, "--index", own_index, "--seen", "nowhere/seen.json")
    assert refused.returncode == 1
    assert "nowhere/seen.json" in refused.stderr and "--seen FILE" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("none.toml",), "none.toml"),
        (("searches.toml", "--json", "--format", "text"), "--format and --json"),
        (("searches.toml", "--format", "word"), "--format"),
        ((), "searches"),
    ],
)
def test_what_cannot_be_used_exits_2(
    winnow_here: Winnow, searches: Path, own_index: Path, arguments: tuple[str, ...], told: str
) -> None:
    refused = winnow_here("news", *arguments, "--index", own_index)
    assert refused.returncode == 2
    assert told in refused.stderr and refused.stdout == ""


def test_two_runs_at_once_tell_each_answer_once(own_index: Path, searches: Path) -> None:
    command = [sys.executable, "-m", "service", "news", searches, "--index", own_index, "--json"]
    runs = [
        subprocess.Popen(
            command, cwd=searches.parent, env=make_environment(), stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    told = [run.communicate(timeout=300)[0] for run in runs]
    assert sorted(run.returncode for run in runs) == [0, 5]
    new = [hit for out in told for line in out.splitlines() for hit in json.loads(line)["new"]]
    assert new and len({hit["passage_id"] for hit in new}) == len(new)


@pytest.mark.model
def test_over_the_seeds_a_new_document_is_the_news(winnow_here: Winnow, tmp_path: Path) -> None:
    seeds = Path(__file__).parents[3] / "seeds"
    docs = tmp_path / "docs"
    shutil.copytree(seeds, docs)
    late = docs / "uzbek-group-claims-joint-operation.txt"
    late.rename(tmp_path / late.name)
    (tmp_path / "searches.toml").write_text(
        '[[search]]\nname = "KIB"\nquestion = "How many fighters does KIB command?"\n'
    )
    assert winnow_here("build", docs, "--index", "ix").returncode == 0
    assert winnow_here("news", "searches.toml", "--index", "ix").returncode in (0, 5)
    (tmp_path / late.name).rename(late)
    assert winnow_here("build", docs, "--index", "ix").returncode == 0
    told = winnow_here("news", "searches.toml", "--index", "ix", "--json")
    assert told.returncode == 5, told.stderr
    new = json.loads(told.stdout)["new"]
    assert "as many as 500 foreign terrorist fighters" in new[0]["text"]
    assert {hit["source"] for hit in new} == {late.name}
