"""What may be asked: a bad value is refused by name, an odd question is answered or refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service.query import LONGEST_QUERY
from tests.service.conftest import Search

BAD_FIELDS: list[tuple[str, object]] = [
    ("k", 0),
    ("k", -1),
    ("k", 10**9),
    ("k", 10**30),
    ("k", 1.5),
    ("k", "abc"),
    ("k", ""),
    ("offset", -1),
    ("offset", 1000),
    ("offset", 995),  # with the ten hits that are asked for by default
    ("mode", "x"),
    ("mode", ""),
    ("min_confidence", 2),
    ("min_confidence", -0.1),
    ("min_confidence", "nan"),
    ("min_confidence", "inf"),
    ("language", "english"),
    ("language", ""),
    ("after", "yesterday"),
    ("after", "2017-1-1"),
    ("before", "31.12.2017"),
    ("before", ""),
    ("before", "2017-02-30"),
    ("sort", "title"),
    ("facets", "perhaps"),
    ("source", "x" * 2000),
    ("colour", "red"),
]
BAD_QUESTIONS = {
    "empty": "",
    "spaces": "  \t\n ",
    "too long": "word " * 2000,
    "punctuation": "?!… — (…) …?!",
    "control characters": "\x00\x01\x1b\x7f",
    "right-to-left marks": "\u200f\u200e\u202e\u2066",
    "emoji": "🎉🎉🐝",
}
JSON = {"content-type": "application/json"}
ODD_QUESTIONS = {
    "stop words": "what is the of and to",
    "numbers": "1893 12345 3.14",
    "one letter": "b",
    "unknown word": "qwertyuiopasdf",
    "control characters between words": "keeper\x00of\x1bthe\x07lamp",
    "right-to-left marks": "\u202ekeeper of the lamp\u202c",
    "Arabic": "حارس المنارة",
    "Chinese": "灯塔看守人",
    "Thai": "คนเฝ้าประภาคารอยู่ที่ไหน",
    "Amharic": "የመብራት ቤት ጠባቂው ማን ነው",
    "only numbers": "2019 500",
    "words between right-to-left isolates": "\u2067keeper\u2069 \u200fof the lamp\u200f",
    "emoji beside a word": "🐝 bees 🍯",
    "combining marks": "k\u0301e\u0302e\u0303per",
    "markup": "<script>alert(1)</script> '; DROP TABLE passages; --",
    "the longest": "k" * LONGEST_QUERY,
}


def _read_error(response: Any) -> dict[str, Any]:
    assert response.status_code == 422, response.text
    error: dict[str, Any] = response.json()["error"]
    assert error["code"] == "invalid_input"
    assert error["status"] == 422
    assert error["message"] and error["hint"]
    return error


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
def test_a_bad_value_is_refused_by_the_name_of_its_field(
    client: TestClient, field: str, value: object
) -> None:
    error = _read_error(client.get("/api/search", params={"q": "lamp", field: value}))
    assert [one["field"] for one in error["fields"]] == [field]


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
def test_post_refuses_what_get_refuses(client: TestClient, field: str, value: object) -> None:
    error = _read_error(client.post("/api/search", json={"q": "lamp", field: value}))
    assert [one["field"] for one in error["fields"]] == [field]


@pytest.mark.parametrize("question", BAD_QUESTIONS.values(), ids=BAD_QUESTIONS)
def test_a_question_without_words_or_end_is_refused(client: TestClient, question: str) -> None:
    error = _read_error(client.get("/api/search", params={"q": question}))
    assert [one["field"] for one in error["fields"]] == ["q"]


def test_a_question_must_be_given(client: TestClient) -> None:
    error = _read_error(client.get("/api/search"))
    assert [one["field"] for one in error["fields"]] == ["q"]


def test_every_bad_field_is_named_at_once(client: TestClient) -> None:
    error = _read_error(client.get("/api/search", params={"q": "x", "k": 0, "mode": "x"}))
    assert {one["field"] for one in error["fields"]} == {"k", "mode"}


def test_k_and_offset_may_reach_the_deepest_hit_and_no_further(client: TestClient) -> None:
    deepest = {"q": "lamp", "k": 100, "offset": 900}
    assert client.get("/api/search", params=deepest).status_code == 200
    _read_error(client.get("/api/search", params={**deepest, "offset": 901}))


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
@pytest.mark.parametrize("question", ODD_QUESTIONS.values(), ids=ODD_QUESTIONS)
def test_an_odd_question_is_answered_plainly(search: Search, question: str, mode: str) -> None:
    answer = search(question, mode=mode)
    assert answer["query"] == question
    assert len(answer["hits"]) == min(10, answer["total"])


@pytest.mark.parametrize(
    "question", ["what is the of and to", "who is the of", "Что это было и кто"]
)
def test_stop_words_alone_find_nothing_by_words(search: Search, question: str) -> None:
    assert search(question, mode="lexical")["hits"] == []


def test_five_thousand_words_are_refused_with_the_length_allowed(client: TestClient) -> None:
    error = _read_error(client.post("/api/search", json={"q": "lamp " * 5000}))
    assert "25,000 characters" in error["message"]
    assert f"{LONGEST_QUERY:,}" in error["hint"]


@pytest.mark.parametrize("field", ["q", "source"])
def test_half_of_a_surrogate_pair_is_refused(client: TestClient, field: str) -> None:
    body = json.dumps({"q": "lamp", field: "\ud800 lamp"})
    response = client.post("/api/search", content=body, headers=JSON)
    assert [one["field"] for one in _read_error(response)["fields"]] == [field]


@settings(deadline=None, derandomize=True, database=None)
@given(q=st.text(max_size=200), mode=st.sampled_from(["hybrid", "dense", "lexical"]))
def test_any_text_is_answered_or_refused(client: TestClient, q: str, mode: str) -> None:
    response = client.post("/api/search", json={"q": q, "mode": mode})
    assert response.status_code in (200, 422)


@settings(deadline=None, derandomize=True, database=None)
@given(
    name=st.sampled_from(["k", "offset", "min_confidence", "source", "language", "after", "mode"]),
    value=st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
)
def test_any_value_is_answered_or_refused(client: TestClient, name: str, value: object) -> None:
    body = json.dumps({"q": "lamp", name: value})
    response = client.post("/api/search", content=body, headers=JSON)
    assert response.status_code in (200, 422)
