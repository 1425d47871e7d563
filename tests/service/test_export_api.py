"""The list of hits as a file by HTTP: its forms, its name, and what is refused."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api.routes import get_today
from tests.service.conftest import Search
from tests.service.test_search_input import BAD_FIELDS, BAD_QUESTIONS, ODD_QUESTIONS

QUESTION = "How many ships did the lighthouse keeper count?"
ADDRESS = "/api/search/export"
MEDIA_TYPES = {
    "csv": ("text/csv", "csv"),
    "json": ("application/json", "json"),
    "markdown": ("text/markdown", "md"),
    "bibtex": ("application/x-bibtex", "bib"),
    "text": ("text/plain", "txt"),
    "csl-json": ("application/vnd.citationstyles.csl+json", "json"),
}


@pytest.fixture
def dated(client: TestClient) -> Iterator[TestClient]:
    """The client, on another day than today."""
    app = client.app
    assert isinstance(app, FastAPI)
    app.dependency_overrides[get_today] = lambda: date(2031, 2, 3)
    yield client
    app.dependency_overrides.clear()


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_each_form_is_a_download_with_its_type_and_name(client: TestClient, form: str) -> None:
    response = client.get(ADDRESS, params={"q": QUESTION, "format": form})
    media_type, ending = MEDIA_TYPES[form]
    name = f"winnow-how-many-ships-did-the-lighthouse-keeper.{ending}"
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert response.headers["x-content-type-options"] == "nosniff"


def test_json_is_the_answer_of_the_search(client: TestClient, search: Search) -> None:
    fields: dict[str, Any] = {"k": 3, "offset": 2, "mode": "dense", "source": "harbour"}
    kept = client.get(ADDRESS, params={"q": QUESTION, "format": "json", **fields}).json()
    answer = search(QUESTION, **fields)
    assert kept | {"took_ms": None} == answer | {"took_ms": None}
    assert kept["took_ms"].keys() == answer["took_ms"].keys()


def test_a_list_is_a_table_unless_asked_otherwise(client: TestClient, search: Search) -> None:
    fields: dict[str, Any] = {"k": 4, "offset": 1, "language": "en", "min_confidence": 0.01}
    response = client.get(ADDRESS, params={"q": QUESTION, **fields})
    assert response.content.startswith(b"\xef\xbb\xbfrank,answer,")
    table = io.StringIO(response.content.decode("utf-8-sig"), newline="")
    rows, hits = list(csv.DictReader(table)), search(QUESTION, **fields)["hits"]
    assert [row["passage_id"] for row in rows] == [hit["passage_id"] for hit in hits]
    assert [row["text"] for row in rows] == [hit["text"] for hit in hits]
    others = ["\n".join(place["source"] for place in hit["also_in"]) for hit in hits]
    assert [row["also_in"] for row in rows] == others


def test_a_table_names_the_other_places_and_the_marked_sentences(
    client: TestClient, search: Search
) -> None:
    table = client.get(ADDRESS, params={"q": QUESTION, "k": 1}).content.decode("utf-8-sig")
    (row,), (hit,) = csv.DictReader(io.StringIO(table, newline="")), search(QUESTION, k=1)["hits"]
    assert row["also_in"] == hit["also_in"][0]["source"]
    assert row["marked"].startswith("The lighthouse keeper counted nineteen ships")


@pytest.mark.parametrize("form", ["markdown", "text", "bibtex", "csl-json"])
def test_citations_are_dated_with_the_day_of_asking(dated: TestClient, form: str) -> None:
    found = dated.get(ADDRESS, params={"q": QUESTION, "format": form, "k": 2}).text
    assert found.count("2031") >= 2


@pytest.mark.parametrize(("field", "value"), [*BAD_FIELDS, ("format", "word"), ("format", "")])
def test_a_bad_field_is_refused_and_named(client: TestClient, field: str, value: object) -> None:
    fields: dict[str, Any] = {"q": "lamp", field: value}
    response = client.get(ADDRESS, params=fields)
    assert response.status_code == 422
    error = response.json()["error"]
    assert (error["code"], error["fields"][0]["field"]) == ("invalid_input", field)
    assert "content-disposition" not in response.headers


@pytest.mark.parametrize("question", BAD_QUESTIONS.values(), ids=BAD_QUESTIONS)
def test_a_question_that_is_none_is_refused(client: TestClient, question: str) -> None:
    response = client.get(ADDRESS, params={"q": question})
    assert response.status_code == 422
    assert response.json()["error"]["fields"][0]["field"] == "q"


@pytest.mark.parametrize("form", MEDIA_TYPES)
@pytest.mark.parametrize("question", ODD_QUESTIONS.values(), ids=ODD_QUESTIONS)
def test_an_odd_question_is_answered_in_every_form(
    client: TestClient, question: str, form: str
) -> None:
    response = client.get(ADDRESS, params={"q": question, "format": form, "k": 2})
    assert response.status_code == 200
    response.content.decode("utf-8")


def test_openapi_names_every_form(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"][ADDRESS]["get"]
    assert described["responses"]["200"]["content"].keys() == {m for m, _ in MEDIA_TYPES.values()}
    form = next(p for p in described["parameters"] if p["name"] == "format")
    assert form["schema"]["enum"] == list(MEDIA_TYPES)
    assert form["schema"]["default"] == "csv"
