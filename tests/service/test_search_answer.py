"""What an answer of /api/search holds, and that every place in it is true."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.service.building import KEEPER, SUBJECTS
from tests.service.conftest import Search

QUESTION = "How many ships did the lighthouse keeper count?"
MODES = ("hybrid", "dense", "lexical")

ANSWER = {
    *("query", "build", "answered", "answers", "total", "background", "threshold", "took_ms"),
    *("notices", "hits", "facets", "understood"),
}
PASSAGE = {
    *("passage_id", "document_id", "title", "source", "language", "date", "heading", "page"),
    *("text", "start", "end", "also_in", "author", "url", "comment"),
}
HIT = {*PASSAGE, "rank", "score", "confidence", "answer", "highlights", "signals"}
PLACE = {"passage_id", "document_id", "title", "source", "start", "end"}


def _timeless(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "took_ms"}


def _pages(search: Search, k: int, total: int) -> list[dict[str, Any]]:
    return [hit for at in range(0, total, k) for hit in search(QUESTION, k=k, offset=at)["hits"]]


def test_answer_has_exactly_the_fields_of_the_design(search: Search) -> None:
    answer = search(QUESTION)
    assert answer.keys() == ANSWER
    assert answer["took_ms"].keys() == {"encode", "search", "rerank", "total"}
    for hit in answer["hits"]:
        assert hit.keys() == HIT
        assert hit["signals"].keys() == {"passage", "context", "sentence", "lexical", "reranker"}
        assert all(span.keys() == {"start", "end"} for span in hit["highlights"])
        assert all(place.keys() == PLACE for place in hit["also_in"])


def test_answer_repeats_the_query_and_names_the_build(search: Search, client: TestClient) -> None:
    answer = search(QUESTION)
    assert answer["query"] == QUESTION
    assert answer["build"] == client.get("/api/info").json()["build"]


def test_the_passage_that_answers_comes_first(search: Search) -> None:
    first = search(QUESTION)["hits"][0]
    assert first["text"] == KEEPER
    assert first["answer"] is True


def test_offsets_count_code_points_of_the_document(search: Search, client: TestClient) -> None:
    hits = search("bees honey rain hive", k=100)["hits"]
    assert any("🍯" in hit["text"] for hit in hits)
    for hit in hits:
        document = client.get(f"/api/documents/{hit['document_id']}").json()
        assert document["text"][hit["start"] : hit["end"]] == hit["text"]
        assert document["source"] == hit["source"]


def test_highlight_is_a_sentence_inside_the_text(search: Search) -> None:
    for hit in search(QUESTION, k=100)["hits"]:
        assert hit["highlights"]
        for span in hit["highlights"]:
            assert 0 <= span["start"] < span["end"] <= len(hit["text"])
            sentence = hit["text"][span["start"] : span["end"]]
            assert sentence == sentence.strip()


def test_highlight_is_the_sentence_that_answers(search: Search) -> None:
    first = search("Who asked for the book before the harbour burned?")["hits"][0]
    assert first["text"] == KEEPER
    (span,) = first["highlights"]
    assert first["text"][span["start"] : span["end"]].startswith("Nobody asked him")


@pytest.mark.parametrize("mode", MODES)
def test_ranks_run_from_one_without_gap(search: Search, mode: str) -> None:
    hits = search("the harbour and the keeper of the lamp", k=100, mode=mode)["hits"]
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))


@pytest.mark.parametrize("mode", MODES)
def test_every_signal_is_given_in_every_mode(search: Search, mode: str) -> None:
    first = search(QUESTION, mode=mode)["hits"][0]
    assert all(first["signals"][name] > 0 for name in ("passage", "sentence", "lexical"))


@pytest.mark.parametrize("fields", [{"k": 1}, {"k": 3, "offset": 5}, {"k": 100}, {"offset": 900}])
def test_total_depends_on_neither_k_nor_offset(search: Search, fields: dict[str, int]) -> None:
    assert search(QUESTION, **fields)["total"] == search(QUESTION)["total"] > 10


@pytest.mark.parametrize("k", [1, 4, 7])
def test_pages_join_without_overlap_or_gap(search: Search, k: int) -> None:
    whole = search(QUESTION, k=100)
    assert _pages(search, k, whole["total"]) == whole["hits"]


def test_hits_past_the_last_are_none(search: Search) -> None:
    answer = search(QUESTION, offset=999, k=1)
    assert answer["hits"] == []
    assert answer["answered"] is True


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"k": 3, "offset": 2, "mode": "dense"},
        {"min_confidence": 0.2, "source": "harbour"},
        {"after": "2012", "before": "2018-12-31", "language": "en"},
    ],
)
def test_get_and_post_answer_alike(client: TestClient, search: Search, fields: Any) -> None:
    by_post = client.post("/api/search", json={"q": QUESTION, **fields}).json()
    assert _timeless(by_post) == _timeless(search(QUESTION, **fields))


def test_batch_answers_each_question_in_order(client: TestClient, search: Search) -> None:
    asked: list[dict[str, Any]] = [{"q": QUESTION, "k": 2}, {"q": "bees", "mode": "lexical"}]
    results = client.post("/api/search/batch", json={"queries": asked}).json()["results"]
    assert [_timeless(one) for one in results] == [_timeless(search(**one)) for one in asked]


@pytest.mark.parametrize("queries", [[], [{"q": "x"}] * 51, [{"q": "x"}, {"q": "x", "k": 0}]])
def test_batch_refuses_what_it_cannot_answer_whole(client: TestClient, queries: Any) -> None:
    response = client.post("/api/search/batch", json={"queries": queries})
    assert response.status_code == 422
    assert response.json()["error"]["fields"][0]["field"].startswith("queries")


def test_a_repeat_is_one_hit_that_names_its_other_place(search: Search, client: TestClient) -> None:
    hits = search(QUESTION, k=100)["hits"]
    (hit,) = (hit for hit in hits if hit["text"] == KEEPER)
    (place,) = hit["also_in"]
    assert {hit["source"], place["source"]} == {"harbour/lighthouse.txt", "harbour/storm.txt"}
    other = client.get(f"/api/documents/{place['document_id']}").json()
    assert other["text"][place["start"] : place["end"]] == KEEPER


def test_no_two_hits_have_the_same_text(search: Search) -> None:
    texts = [hit["text"] for hit in search(QUESTION, k=100)["hits"]]
    assert len(texts) == len(set(texts))


def test_a_table_row_is_a_document_with_its_date_and_title(search: Search) -> None:
    first = search("When was the granary finished?")["hits"][0]
    assert (first["source"], first["title"]) == ("table.jsonl#row-1", "The granary")
    assert first["date"] == "2011-02-15"


def test_a_passage_carries_its_heading_and_language(search: Search) -> None:
    first = search("следы волков на снегу")["hits"][0]
    assert (first["heading"], first["language"]) == ("Записки лесника", "ru")


def test_many_threads_get_the_answers_that_one_gets(search: Search) -> None:
    questions = [f"{subject} and the masons" for subject in SUBJECTS] * 4
    alone = [_timeless(search(question)) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = [_timeless(answer) for answer in pool.map(search, questions)]
    assert together == alone
