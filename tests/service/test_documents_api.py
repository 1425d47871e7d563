"""Passages, similar passages, documents and /api/info."""

import hashlib
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.query import DEEPEST, LONGEST_QUERY, MOST_HITS
from tests.service.building import KEEPER, LIGHTHOUSE, TEXTS
from tests.service.conftest import Search

PASSAGE = {
    *("passage_id", "document_id", "title", "source", "language", "date", "heading", "page"),
    *("text", "start", "end", "also_in", "author", "url", "comment"),
}
DOCUMENT = {
    *("build", "document_id", "source", "title", "language", "date", "sha256", "encoding"),
    *("text", "passages", "folded", "headings", "marked"),
    *("author", "url", "extractor", "text_sha256", "notices"),
}


@pytest.fixture
def keeper(search: Search) -> dict[str, Any]:
    """The hit that stands in two documents."""
    hits = search("lighthouse keeper counted ships", k=100)["hits"]
    return next(hit for hit in hits if hit["text"] == KEEPER)


def _read(client: TestClient, path: str, **parameters: object) -> dict[str, Any]:
    response = client.get(path, params=parameters)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def _list_ids(client: TestClient) -> list[str]:
    return [one["document_id"] for one in _read(client, "/api/documents")["documents"]]


def test_a_passage_is_read_by_its_id(client: TestClient, keeper: dict[str, Any]) -> None:
    passage = _read(client, f"/api/passages/{keeper['passage_id']}")
    assert passage.keys() == PASSAGE
    assert passage == {name: keeper[name] for name in PASSAGE}


def test_a_folded_passage_is_read_as_the_one_that_stands_for_it(
    client: TestClient, keeper: dict[str, Any]
) -> None:
    folded = keeper["also_in"][0]["passage_id"]
    assert folded != keeper["passage_id"]
    passage = _read(client, f"/api/passages/{folded}")
    assert passage["passage_id"] == keeper["passage_id"]


@pytest.mark.parametrize("k", [1, 5, 100])
def test_similar_leaves_the_passage_itself_out(
    client: TestClient, keeper: dict[str, Any], k: int
) -> None:
    answer = _read(client, f"/api/passages/{keeper['passage_id']}/similar", k=k)
    hits = answer["hits"]
    assert keeper["passage_id"] not in {hit["passage_id"] for hit in hits}
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    assert len(hits) == min(k, answer["total"])


def test_similar_finds_the_passage_of_the_same_words(client: TestClient, search: Search) -> None:
    one, other = search("barley turnip thyme pepper", k=2)["hits"]
    answer = _read(client, f"/api/passages/{one['passage_id']}/similar", k=1)
    assert answer["hits"][0]["passage_id"] == other["passage_id"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/passages/unknown",
        "/api/passages/unknown/similar",
        "/api/documents/unknown",
        "/api/documents/0123456789abcdef",
    ],
)
def test_an_unknown_id_is_not_found(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    error = response.json()["error"]
    assert (error["code"], error["status"]) == ("not_found", 404)
    assert path.split("/")[3] in error["message"]
    assert error["hint"]


@pytest.mark.parametrize("strange", ["a.b", "%20", "x" * 65, "..%2f..%2fetc"])
@pytest.mark.parametrize("kind", ["passages", "documents"])
def test_what_is_no_id_is_refused(client: TestClient, kind: str, strange: str) -> None:
    response = client.get(f"/api/{kind}/{strange}")
    assert response.status_code in (404, 422)
    assert response.json()["error"]["message"]


def test_documents_are_listed_by_source(client: TestClient) -> None:
    listed = _read(client, "/api/documents")
    sources = [one["source"] for one in listed["documents"]]
    assert sources == sorted(sources)
    assert set(sources) > set(TEXTS)
    assert listed["total"] == len(sources) == len(TEXTS) + 12


def test_pages_of_documents_join_without_overlap_or_gap(client: TestClient) -> None:
    pages = [_read(client, "/api/documents", offset=at, limit=5) for at in range(0, 20, 5)]
    assert {page["total"] for page in pages} == {17}
    joined = [one["document_id"] for page in pages for one in page["documents"]]
    assert joined == _list_ids(client)


@pytest.mark.parametrize("parameters", [{"limit": 0}, {"offset": -1}, {"limit": 10**9}])
def test_a_page_of_documents_has_limits(client: TestClient, parameters: dict[str, int]) -> None:
    response = client.get("/api/documents", params=parameters)
    assert response.status_code == 422
    assert response.json()["error"]["fields"][0]["field"] in parameters


def test_a_document_has_its_whole_text_and_exactly_the_fields(client: TestClient) -> None:
    documents = [_read(client, f"/api/documents/{one}") for one in _list_ids(client)]
    texts = {document["source"]: document["text"] for document in documents}
    assert texts["harbour/lighthouse.txt"] == LIGHTHOUSE
    assert all(document.keys() == DOCUMENT for document in documents)


def test_the_hash_of_a_document_is_that_of_its_text(client: TestClient) -> None:
    for one in _list_ids(client):
        document = _read(client, f"/api/documents/{one}")
        own = hashlib.sha256(document["text"].encode()).hexdigest()
        assert document["text_sha256"] == own
        assert document["extractor"] is None, "each text here is the decoded file itself"


def test_parts_of_a_document_lie_where_they_say(client: TestClient) -> None:
    for one in _list_ids(client):
        document = _read(client, f"/api/documents/{one}")
        text = document["text"]
        for part in (*document["passages"], *document["folded"], *document["marked"]):
            assert text[part["start"] : part["end"]] == part["text"]


def test_every_character_of_a_document_is_accounted_for(client: TestClient) -> None:
    kinds = ("passages", "folded", "headings", "marked")
    for one in _list_ids(client):
        document = _read(client, f"/api/documents/{one}")
        rest = list(document["text"])
        for part in (part for kind in kinds for part in document[kind]):
            rest[part["start"] : part["end"]] = " " * (part["end"] - part["start"])
        assert "".join(rest).strip() == "", document["source"]


def test_what_is_set_aside_has_a_reason(client: TestClient, search: Search) -> None:
    hit = search("whale oil for the lamp")["hits"][0]
    document = _read(client, f"/api/documents/{hit['document_id']}")
    reasons = {part["text"]: part["reason"] for part in document["marked"]}
    assert reasons["Share this on Facebook"] == "share line"
    assert reasons["Tags: sea, light, oil"] == "tag list"


def test_a_fold_names_the_passage_that_stands_for_it(
    client: TestClient, keeper: dict[str, Any]
) -> None:
    other = keeper["also_in"][0]
    (fold,) = _read(client, f"/api/documents/{other['document_id']}")["folded"]
    assert fold["into"] == keeper["passage_id"]
    assert fold["passage_id"] == other["passage_id"]


def test_info_says_what_is_served(client: TestClient) -> None:
    info = _read(client, "/api/info")
    assert info["encoder"]["name"] == "hashing"
    assert info["counts"]["documents"] == 17
    assert info["counts"]["folded"] == 1
    assert info["limits"] == {
        "k": MOST_HITS,
        "offset_and_k": DEEPEST,
        "query_characters": LONGEST_QUERY,
    }
    assert all(threshold > 0 for threshold in info["confidence"]["thresholds"].values())
    assert info["confidence"]["status"] == "uncalibrated", "no one has fitted the hashing encoder"
