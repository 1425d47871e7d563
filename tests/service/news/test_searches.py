"""Saved searches are read from a file that a person writes, and what is wrong in it is named."""

import json
from pathlib import Path

import pytest

from embeddings.errors import InvalidInput
from embeddings.records import Filter
from service.news.searches import FIELDS, read_searches
from service.query import MOST_HITS, Query


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "searches.toml"


def test_every_field_reaches_the_question(file: Path) -> None:
    file.write_text(
        '# each morning\n[[search]]\nname = "ships"\nquestion = "How many ships?"\n'
        'source = "harbour/*"\nlanguage = "en"\nafter = 1890\nbefore = 1893-10-31\n'
        'mode = "lexical"\nmin_confidence = 1\n\n[[search]]\nquestion = "Who kept\\n bees?"\n'
    )
    first, second = read_searches(file)
    wanted = Filter("harbour/*", "en", "1890", "1893-10-31")
    assert first.name == "ships"
    assert first.query == Query("How many ships?", MOST_HITS, 0, "lexical", 1.0, wanted)
    assert (second.name, second.query) == ("Who kept bees?", Query("Who kept\n bees?", MOST_HITS))


def test_lines_of_json_are_read_alike(file: Path, tmp_path: Path) -> None:
    file.write_text('[[search]]\nquestion = "bees?"\nlanguage = "en"\n')
    lines = tmp_path / "searches.jsonl"
    lines.write_text(json.dumps({"question": "bees?", "language": "en"}) + "\n\n")
    assert read_searches(lines) == read_searches(file)


@pytest.mark.parametrize("field", [field for field in FIELDS if field != "name"])
def test_a_search_with_another_field_is_another_search(file: Path, field: str) -> None:
    others = {"question": "wax?", "mode": "dense", "min_confidence": 0.5, "language": "de"}
    line = {"question": "bees?", field: others.get(field, "1893")}
    given = "\n".join(f"{name} = {json.dumps(value)}" for name, value in line.items())
    file.write_text(f'[[search]]\nquestion = "bees?"\n[[search]]\nname = "b"\n{given}\n')
    one, other = read_searches(file)
    assert one.identity != other.identity


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no search"),
        ('[[search]\nquestion = "bees?"', "is not TOML"),
        ('[search]\nquestion = "bees?"', "has [search]"),
        ('question = "bees?"', "'question' outside of a search"),
        ("search = [1]", "search 1 is 1"),
        ('[[search]]\nname = "bees"', "search 1: the query is empty"),
        ('[[search]]\nquestion = "?!"', "no word in it"),
        ('[[search]]\nquestion = "a"\n[[search]]\nquery = "b"', "search 2 has 'query'"),
        ("[[search]]\nquestion = 7", "question is 7"),
        ('[[search]]\nquestion = "a"\nafter = true', "after is True"),
        ('[[search]]\nquestion = "a"\nafter = "last week"', "'last week' is no date"),
        ('[[search]]\nquestion = "a"\nmin_confidence = "high"', "min_confidence is 'high'"),
        ('[[search]]\nquestion = "a"\nmin_confidence = nan', "min_confidence is nan"),
        ('[[search]]\nquestion = "a"\nmode = "best"', "mode is 'best'"),
        ('[[search]]\nquestion = "a"\n[[search]]\nquestion = "a"', "2 searches named 'a'"),
    ],
)
def test_what_is_wrong_is_named_with_the_file_and_a_remedy(
    file: Path, text: str, told: str
) -> None:
    file.write_text(text)
    with pytest.raises(InvalidInput) as refused:
        read_searches(file)
    assert told in refused.value.message and str(file) in refused.value.message
    assert refused.value.hint


def test_a_name_that_nothing_can_show_is_refused(tmp_path: Path) -> None:
    lines = tmp_path / "searches.jsonl"
    lines.write_text(json.dumps({"question": "bees?", "name": "\ud800"}))
    with pytest.raises(InvalidInput, match="name is"):
        read_searches(lines)


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    lines = tmp_path / "searches.jsonl"
    lines.write_text('{"question": "bees?"}\n{"question": \n')
    with pytest.raises(InvalidInput, match="line 2 is not JSON"):
        read_searches(lines)


@pytest.mark.parametrize("content", [None, b'[[search]]\nquestion = "\xff"\n'])
def test_a_file_that_cannot_be_read_is_named(file: Path, content: bytes | None) -> None:
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_searches(file)
