"""One document a row of CSV; a bad row is reported with its line, and the others are read."""

from pathlib import Path

import pytest

from embeddings.documents import ReadOptions
from embeddings.documents.csv import read_csv
from embeddings.errors import UnreadableDocument
from embeddings.records import Document
from tests.embeddings.building import read_folder, write_files

TABLE = """id,title,text,date,author,url,lang
r1,The lamp,"The keeper wound it,
every four hours.",2020-03-04,Ann Lee,https://a.example/1,en-GB
r2,,Boats lay on the shore.,spring,,,
"""


def read(data: str | bytes, column: str = "") -> list[Document | UnreadableDocument]:
    raw = data if isinstance(data, bytes) else data.encode()
    return list(read_csv(raw, "t.csv", "0" * 64, column))


def texts(data: str | bytes, column: str = "") -> list[str]:
    return [item.text for item in read(data, column) if isinstance(item, Document)]


def test_a_row_gives_its_cell_and_what_it_says_of_it() -> None:
    first, second = read(TABLE)
    assert isinstance(first, Document) and isinstance(second, Document)
    assert first.source == "t.csv#r1"
    assert first.text == "The keeper wound it,\nevery four hours."
    assert (first.title, first.date, first.author) == ("The lamp", "2020-03-04", "Ann Lee")
    assert (first.url, first.language) == ("https://a.example/1", "en")
    assert (second.title, second.date, second.author) == (None, None, None)
    assert "in 1 row: 'spring' in line 4" in first.notices[0]
    assert second.notices == ()


def test_a_row_without_an_id_is_named_by_its_number() -> None:
    assert [item.source for item in read("text\na b\n\nc\n")] == ["t.csv#1", "t.csv#2"]


@pytest.mark.parametrize("divider", [",", ";", "\t", "|"])
def test_the_dividing_mark_is_found(divider: str) -> None:
    assert texts(TABLE.replace(",", divider).replace(f"it{divider}", "it,"))[1].startswith("Boats")


@pytest.mark.parametrize("name", ["text", "body", "content", "Text", " BODY "])
def test_the_usual_names_of_a_text_column_need_no_flag(name: str) -> None:
    assert texts(f"n,{name}\n1,words\n") == ["words"]


def test_another_column_is_taken_where_it_is_named() -> None:
    assert texts("Abstract,text\nwords,other\n", "abstract") == ["words"]


@pytest.mark.parametrize("column", ["", "abstract"])
def test_a_table_without_the_column_is_refused_with_the_columns_it_has(column: str) -> None:
    with pytest.raises(UnreadableDocument, match="'name', 'age'") as caught:
        read("name,age\nAnn,30\n", column)
    assert "--text-column" in caught.value.hint


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("r2,,  ", "is empty"),
        ("r2,a", "has 2 cells"),
        ("r2,a,b,c", "has 4 cells"),
        ("r1,a,b", "repeats the id 'r1'"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_the_rest_is_read(row: str, what: str) -> None:
    before, problem, after = read(f"id,title,text\nr1,a,b\n{row}\nr3,a,b\n")
    assert isinstance(problem, UnreadableDocument)
    assert (problem.source, what in problem.message) == ("t.csv:3", True)
    assert (before.source, after.source) == ("t.csv#r1", "t.csv#r3")


def test_an_open_quote_is_reported_and_what_stood_before_is_read() -> None:
    before, problem = read('text\nwords\n"cut off')
    assert isinstance(problem, UnreadableDocument)
    assert "is not CSV" in problem.message
    assert before.source == "t.csv#1"


def test_a_cell_may_be_longer_than_the_librarys_own_limit() -> None:
    assert [len(text) for text in texts(f"text\n{'word ' * 100_000}\n")] == [500_000]


def test_the_column_is_passed_on_from_the_folder(tmp_path: Path) -> None:
    files = {"a.csv": "abstract\nwords\n", "b.jsonl": '{"abstract": "words"}\n'}
    found, _ = read_folder(write_files(tmp_path, files), ReadOptions("abstract"))
    assert [item.source for item in found] == ["a.csv#1", "b.jsonl#1"]
    assert all(isinstance(item, Document) for item in found)


def test_dates_that_cannot_be_used_are_said_once_a_file_with_the_first_of_them() -> None:
    rows = "".join(f"words,day {number}\n" for number in range(1, 5001))
    found = [item for item in read(f"text,date\n{rows}") if isinstance(item, Document)]
    assert len(found) == 5000
    assert [notice for document in found for notice in document.notices] == [
        "dates that are not in ISO form, as 2017-10-31 is, were left out in 5,000 rows: "
        "'day 1' in line 2, 'day 2' in line 3, 'day 3' in line 4 and more"
    ]


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://a.example/1", "https://a.example/1"),
        ("a.example/1", "a.example/1"),
        ("javascript:alert(1)", None),
        ("JavaScript:alert(1)", None),
        ("data:text/html;x", None),
    ],
)
def test_an_address_that_would_run_is_left_out(given: str, url: str | None) -> None:
    (document,) = read(f"text,url\nwords,{given}\n")
    assert isinstance(document, Document)
    assert document.url == url


@pytest.mark.parametrize(
    ("table", "what"),
    [(",,\n;;\n", "has no column"), (",,\n , \n", "is empty"), ("id,text\n", "no row below")],
)
def test_a_table_without_a_row_is_refused(table: str, what: str) -> None:
    with pytest.raises(UnreadableDocument, match=what):
        read(table)
