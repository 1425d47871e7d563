"""Quoting by HTTP: the four forms, spans, folded passages, and the day they are dated with."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api.routes import get_today
from service.quoting import FORMS
from tests.service.building import KEEPER
from tests.service.conftest import Search

ASKED = date(2031, 2, 3)


@pytest.fixture
def dated(client: TestClient) -> Iterator[TestClient]:
    """The client, on another day than today."""
    app = client.app
    assert isinstance(app, FastAPI)
    app.dependency_overrides[get_today] = lambda: ASKED
    yield client
    app.dependency_overrides.clear()


@pytest.fixture
def keeper(search: Search) -> dict[str, Any]:
    """The hit that stands in two documents."""
    hits = search("lighthouse keeper counted ships", k=100)["hits"]
    return next(hit for hit in hits if hit["text"] == KEEPER)


def _cite(client: TestClient, passage_id: str, **span: int) -> dict[str, Any]:
    """The one item of the CSL-JSON form."""
    response = client.get(
        f"/api/passages/{passage_id}/quote", params={"format": "csl-json", **span}
    )
    assert response.status_code == 200, response.text
    (item,) = response.json()
    found: dict[str, Any] = item
    return found


@pytest.mark.parametrize(
    ("form", "media_type", "ending"),
    [
        ("text", "text/plain", "txt"),
        ("markdown", "text/markdown", "md"),
        ("bibtex", "application/x-bibtex", "bib"),
        ("csl-json", "application/vnd.citationstyles.csl+json", "json"),
    ],
)
def test_each_form_has_its_type_and_names_build_and_day(
    dated: TestClient, keeper: dict[str, Any], form: str, media_type: str, ending: str
) -> None:
    passage = keeper["passage_id"]
    response = dated.get(f"/api/passages/{passage}/quote", params={"format": form})
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert f'filename="winnow-{passage}.{ending}"' in response.headers["content-disposition"]
    assert response.headers["x-content-type-options"] == "nosniff"
    for said in (KEEPER[:40], keeper["title"], keeper["source"], "2031", _build(dated)):
        assert said in response.text


def _build(client: TestClient) -> str:
    return str(client.get("/api/info").json()["build"])


def test_a_quotation_is_plain_text_unless_asked_otherwise(
    client: TestClient, keeper: dict[str, Any]
) -> None:
    address = f"/api/passages/{keeper['passage_id']}/quote"
    assert client.get(address).text == client.get(address, params={"format": "text"}).text


def test_a_quotation_is_dated_with_today_in_utc(client: TestClient, keeper: dict[str, Any]) -> None:
    before = datetime.now(UTC).date()
    said = client.get(f"/api/passages/{keeper['passage_id']}/quote").text
    after = datetime.now(UTC).date()
    assert before.isoformat() in said or after.isoformat() in said


def test_the_marked_sentence_is_quoted_from_its_own_place(
    client: TestClient, search: Search
) -> None:
    hit = search("How many barrels of whale oil did the lamp use?")["hits"][0]
    mark = hit["highlights"][0]
    assert mark["end"] < len(hit["text"])
    item = _cite(client, hit["passage_id"], **mark)
    text = client.get(f"/api/documents/{hit['document_id']}").json()["text"]
    place = item["custom"]
    assert text[place["start"] : place["end"]] == item["annote"]
    assert item["annote"] == hit["text"][mark["start"] : mark["end"]]


def test_code_points_are_counted_not_bytes(client: TestClient, search: Search) -> None:
    hit = next(hit for hit in search("bees honey", k=50)["hits"] if hit["text"][:2] == "🐝🍯")
    assert _cite(client, hit["passage_id"], start=1, end=2)["annote"] == "🍯"


def test_a_folded_passage_is_quoted_from_its_own_document(
    client: TestClient, keeper: dict[str, Any]
) -> None:
    (other,) = keeper["also_in"]
    item = _cite(client, other["passage_id"])
    assert item["archive_location"] == other["source"] != keeper["source"]
    assert item["title"] == other["title"]
    assert (item["custom"]["start"], item["custom"]["end"]) == (other["start"], other["end"])
    assert item["custom"]["document_id"] == other["document_id"]
    text = client.get(f"/api/documents/{other['document_id']}").json()["text"]
    assert text[other["start"] : other["end"]] == item["annote"]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"format": "word"}, "format"),
        ({"start": -1}, "start"),
        ({"start": 100_000}, "start"),
        ({"end": 100_000}, "end"),
        ({"start": 5, "end": 5}, "end"),
        ({"start": "x"}, "start"),
    ],
)
def test_what_cannot_be_quoted_is_refused_and_named(
    client: TestClient, keeper: dict[str, Any], parameters: dict[str, Any], field: str
) -> None:
    response = client.get(f"/api/passages/{keeper['passage_id']}/quote", params=parameters)
    assert response.status_code == 422
    assert response.json()["error"]["fields"][0]["field"] == field


def test_an_unknown_passage_cannot_be_quoted(client: TestClient) -> None:
    response = client.get("/api/passages/unknown/quote", params={"format": "bibtex"})
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_openapi_names_every_form(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/api/passages/{passage_id}/quote"]
    content = described["get"]["responses"]["200"]["content"]
    assert content.keys() == {form.media_type for form in FORMS.values()}
    formats = next(p for p in described["get"]["parameters"] if p["name"] == "format")
    assert formats["schema"]["enum"] == list(FORMS)
