"""What the client gives is what the server sent, whole, of either kind of client."""

import pytest

from tests.client.asking import OK, Asker, Reply, answering, drop_times, to_json
from tests.client.conftest import Connect, Fetch

QUESTION = "How many fighters does KIB command?"
NOTHING = "How is sourdough bread baked?"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"k": 3, "offset": 2, "mode": "lexical", "min_confidence": 0.01},
        {"source": "*.txt", "language": "en", "sort": "date", "facets": True},
        {"after": "2016", "before": "2030-01"},  # of no document there is the date known
    ],
    ids=lambda options: ",".join(options) or "plain",
)
def test_a_search_gives_every_field_of_the_json(
    client: Asker, fetch: Fetch, options: dict[str, object]
) -> None:
    answer = client.search(QUESTION, **options)
    sent = fetch("/api/search", {"q": QUESTION, **options})
    assert bool(sent["hits"]) == ("after" not in options)
    assert drop_times(to_json(answer)) == drop_times(sent) == drop_times(answer.raw)
    assert to_json(answer.took_ms) == answer.raw["took_ms"]
    assert [hit.raw for hit in answer.hits] == sent["hits"]


def test_the_marked_sentences_are_read_out_of_the_passage(client: Asker, fetch: Fetch) -> None:
    hit = client.search(QUESTION, k=1).hits[0]
    (sent,) = fetch("/api/search", {"q": QUESTION, "k": 1})["hits"]
    cut = tuple(sent["text"][one["start"] : one["end"]] for one in sent["highlights"])
    assert hit.marked == cut and cut[0][-1] == "."


def test_what_nothing_answers_is_said(client: Asker) -> None:
    answer = client.search(NOTHING)
    assert not answer.answered and answer.answers == 0
    assert answer.hits and not any(hit.answer for hit in answer.hits)


def test_several_questions_are_answered_in_their_order(client: Asker, fetch: Fetch) -> None:
    answers = client.search_batch([NOTHING, {"q": QUESTION, "k": 2, "source": None}])
    sent = fetch("/api/search/batch", {"queries": [{"q": NOTHING}, {"q": QUESTION, "k": 2}]})
    assert [drop_times(to_json(one)) for one in answers] == list(map(drop_times, sent["results"]))


def test_a_passage_and_those_near_it_are_as_sent(client: Asker, fetch: Fetch) -> None:
    one = client.search(QUESTION, k=1).hits[0].passage_id
    assert to_json(client.passage(one)) == fetch(f"/api/passages/{one}")
    near = client.similar(one, 3)
    assert drop_times(to_json(near)) == drop_times(fetch(f"/api/passages/{one}/similar?k=3"))
    assert len(near.hits) == 3


def test_a_quotation_is_the_servers_own_words(client: Asker) -> None:
    hit = client.search(QUESTION, k=1).hits[0]
    whole, part = client.quote(hit.passage_id), client.quote(hit.passage_id, "markdown", 0, 9)
    assert hit.text in whole and hit.title in whole
    assert hit.text[:9] in part and hit.text not in part and part.startswith(">")


def test_documents_are_given_by_the_page_and_all_together(client: Asker, fetch: Fetch) -> None:
    page = client.documents(1, 2)
    assert to_json(page) == fetch("/api/documents?offset=1&limit=2")
    every = fetch("/api/documents")["documents"]
    assert len(every) == 5
    for limit in (1, 2, 5, 1000):
        assert [one.raw for one in client.all_documents(limit)] == every


def test_all_pages_are_of_the_build_of_the_first(connect: Connect) -> None:
    document = {"document_id": "d", "source": "s", "title": "t", "language": None, "date": None}
    whole = {**document, "characters": 1, "passages": 1}
    pages = [{"build": "b1", "total": 2, "offset": at, "documents": [whole]} for at in (0, 1)]
    with answering(*(Reply(200, page) for page in pages)) as server:
        assert len(connect(server.address).all_documents(1)) == 2
    assert [path for path, _ in server.asked] == [
        "/api/documents?limit=1",
        "/api/documents?offset=1&limit=1&build=b1",
    ]


def test_a_document_is_as_sent(client: Asker, fetch: Fetch) -> None:
    for one in client.documents().documents:
        document = client.document(one.document_id)
        assert to_json(document) == fetch(f"/api/documents/{one.document_id}")
        for kept in document.passages:
            assert document.text[kept.start : kept.end] == kept.text


def test_what_is_served_is_as_sent(client: Asker, fetch: Fetch) -> None:
    assert to_json(client.info()) == fetch("/api/info")
    assert to_json(client.ready()) == fetch("/readyz")


def test_a_build_is_asked_by_its_name(client: Asker, library: object) -> None:
    build = client.info().build
    assert client.search(QUESTION, build=build).build == build
    with pytest.raises(library.NotFound) as caught:  # type: ignore[attr-defined]
        client.search(QUESTION, build="none")
    assert (caught.value.status, caught.value.code) == (410, "gone")


def test_a_field_that_is_new_is_passed_over_and_kept_aside(connect: Connect) -> None:
    with answering(Reply(200, {"status": "ready", "build": "b1", "mood": "fine"})) as server:
        health = connect(server.address).ready()
    assert to_json(health) == {"status": "ready", "build": "b1"}
    assert health.raw["mood"] == "fine"


def test_an_address_may_have_a_path(connect: Connect) -> None:
    with answering(OK) as server:
        connect(f"{server.address}/behind/").ready()
    assert [path for path, _ in server.asked] == ["/behind/readyz"]
