"""One document a row; a bad row is reported with its line, and the others are read."""

import json

import pytest

from embeddings.documents.jsonl import read_jsonl
from embeddings.errors import UnreadableDocument
from embeddings.records import Document


def read(data: str | bytes) -> list[Document | UnreadableDocument]:
    raw = data if isinstance(data, bytes) else data.encode()
    return list(read_jsonl(raw, "t.jsonl", "0" * 64))


def rows(*values: object) -> str:
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values)


def test_a_row_gives_text_title_date_and_the_name_of_its_place() -> None:
    (found,) = read(rows({"_id": "r1", "text": " words\n ", "title": " T ", "date": "2017-10-31"}))
    assert found == Document(
        "t.jsonl#r1", " words\n ", "T", "0" * 64, "2017-10-31", encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("given", "date"),
    [
        ("2017", "2017"),
        ("2017-10", "2017-10"),
        (" 2017-10-31 ", "2017-10-31"),
        ("2017-10-31T14:05:00Z", "2017-10-31"),
    ],
)
def test_a_date_is_kept_as_far_as_it_goes(given: str, date: str) -> None:
    (found,) = read(rows({"text": "words", "date": given}))
    assert isinstance(found, Document)
    assert (found.date, found.notices) == (date, ())


@pytest.mark.parametrize(
    "given",
    ["31 October 2017", "10/31/2017", "20171031", "soon", "2017-13-01", "2017-02-30", "0000"],
)
def test_a_date_in_another_form_is_left_out_and_said(given: str) -> None:
    (found,) = read(rows({"text": "words", "date": given}))
    assert isinstance(found, Document)
    assert found.date is None
    assert repr(given) in found.notices[0]


@pytest.mark.parametrize("date", [None, "", 2017, [2017]])
def test_a_row_without_a_date_needs_no_notice(date: object) -> None:
    (found,) = read(rows({"text": "words", "date": date}))
    assert isinstance(found, Document)
    assert (found.date, found.notices) == (None, ())


def test_a_row_is_named_by_its_id_else_by_its_line() -> None:
    data = rows({"text": "a"}, {"id": 7, "text": "b"}, {"_id": "x", "id": "y", "text": "c"})
    found = read("\n" + data + "\r\n\n")
    assert [item.source for item in found] == ["t.jsonl#2", "t.jsonl#7", "t.jsonl#x"]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("not json", "is not JSON"),
        ('{"text": "cut off', "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('["a"]', "is not a JSON object"),
        ("null", "is not a JSON object"),
        ("{}", "has no 'text'"),
        ('{"text": 5}', "has no 'text'"),
        ('{"text": " \\n"}', "is empty"),
        ('{"_id": "first", "text": "again"}', "repeats the id 'first'"),
        ('{"text": "half a pair: \\ud83d"}', "surrogate"),
        ('{"text": "words", "title": "\\udc00"}', "surrogate"),
        ('{"text": "words", "_id": "\\ud800"}', "surrogate"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_the_rest_is_read(row: str, what: str) -> None:
    first, last = rows({"_id": "first", "text": "a"}), rows({"_id": "last", "text": "b"})
    before, problem, after = read(f"{first}\n{row}\n{last}\n")
    assert isinstance(problem, UnreadableDocument)
    assert problem.source == "t.jsonl:2"
    assert what in problem.message
    assert problem.hint
    assert (before.source, after.source) == ("t.jsonl#first", "t.jsonl#last")


def test_a_whole_pair_and_a_line_separator_are_characters_like_any() -> None:
    (found,) = read(b'{"text": "\\ud83d\\ude42 \xe2\x80\xa8 \\u2029"}')
    assert isinstance(found, Document)
    assert found.text == "🙂 \u2028 \u2029"


@pytest.mark.parametrize("first", ["", "not json\n", "\n\n"])
def test_what_there_is_to_say_of_the_encoding_is_said_once(first: str) -> None:
    text = "Водолазы подняли камни старого моста со дна реки, и мастера сложили мост заново. " * 3
    data = first + rows({"text": text}, {"text": text.upper()})
    found = read(data.encode("cp1251"))
    documents = [item for item in found if isinstance(item, Document)]
    assert [document.text for document in documents] == [text, text.upper()]
    assert [len(document.notices) for document in documents] == [1, 0]


@pytest.mark.parametrize(
    ("given", "author"),
    [
        (["Ann Lee", " Bo Ek "], "Ann Lee, Bo Ek"),
        ([{"name": "Ann Lee"}, {"id": 5}, "", 7], "Ann Lee"),
        ({"name": "Ann Lee"}, "Ann Lee"),
        ({}, None),
        (7, None),
    ],
)
def test_several_authors_are_named(given: object, author: str | None) -> None:
    (document,) = read(rows({"text": "words", "authors": given}))
    assert isinstance(document, Document)
    assert document.author == author
