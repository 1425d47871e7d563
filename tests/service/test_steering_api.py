"""Operators, and what is liked or not, by HTTP."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.service.conftest import Search

HIVE = "The bees left the hive in May, and the beekeeper followed them."


def _list_ids(answer: dict[str, Any]) -> list[str]:
    return [hit["passage_id"] for hit in answer["hits"]]


def _refuse(client: TestClient, **fields: object) -> dict[str, Any]:
    answer = client.get("/api/search", params=fields)
    assert answer.status_code == 422, answer.text
    error: dict[str, Any] = answer.json()["error"]
    return error


def test_a_question_is_taken_as_it_is_unless_operators_are_asked_for(search: Search) -> None:
    text = 'lamp "wall of granite" -ferry'
    plain = search(text)
    assert plain["understood"] is None
    assert plain["query"] == text
    assert plain["total"] > 1
    read = search(text, syntax="operators")
    assert read["query"] == text
    assert read["understood"] == {
        "question": "lamp wall of granite",
        "phrases": ["wall of granite"],
        "excluded": ["ferry"],
        **dict.fromkeys(("source", "language", "after", "before")),
        "like": [],
        "unlike": [],
    }
    assert ["wall of granite" in hit["text"] for hit in read["hits"]] == [True]


def test_what_is_excluded_is_in_no_hit_and_the_rest_is_as_it_was(search: Search) -> None:
    whole = search("mason grain candles", k=100)
    without = search("mason grain candles -quarry -granite", k=100, syntax="operators")
    kept = [h for h in whole["hits"] if "quarry" not in h["text"] and "granite" not in h["text"]]
    assert len(kept) == whole["total"] - 2
    assert [(h["passage_id"], h["score"], h["confidence"]) for h in without["hits"]] == [
        (h["passage_id"], h["score"], h["confidence"]) for h in kept
    ]
    assert without["background"] == whole["background"]


def test_fields_in_the_question_filter_as_those_beside_it(search: Search) -> None:
    inside = search("barrels source:harbour/* lang:en", syntax="operators")
    beside = search("barrels", source="harbour/*", language="en")
    assert inside["hits"] == beside["hits"]
    assert inside["understood"]["source"] == "harbour/*"


def test_what_an_operator_and_a_field_say_differently_is_refused(client: TestClient) -> None:
    asked = {"q": "lamp source:a", "syntax": "operators"}
    error = _refuse(client, **asked, source="b")
    assert [one["field"] for one in error["fields"]] == ["source"]
    assert "'a'" in error["message"] and "'b'" in error["message"]
    assert client.get("/api/search", params={**asked, "source": "a"}).status_code == 200


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"q": "lamp after:foo", "syntax": "operators"}, "after"),
        ({"q": "lamp lang:english", "syntax": "operators"}, "language"),
        ({"q": "-lamp source:a", "syntax": "operators"}, "q"),
        ({"q": " ".join(f"+word{n}" for n in range(21)), "syntax": "operators"}, "q"),
        ({"q": "lamp", "syntax": "perhaps"}, "syntax"),
        ({"q": "lamp", "like": ["a"] * 11}, "like"),
        ({"q": "lamp", "unlike": "?"}, "unlike"),
        ({"like": "0123456789abcdef"}, "like"),
        ({"unlike": "lamp"}, "q"),
    ],
)
def test_a_bad_value_is_refused_by_its_field(
    client: TestClient, fields: dict[str, object], field: str
) -> None:
    assert [one["field"] for one in _refuse(client, **fields)["fields"]] == [field]


def test_the_list_leans_to_what_is_liked_and_holds_none_that_was_judged(
    client: TestClient, search: Search
) -> None:
    first, second, *_ = _list_ids(search("finished by masons"))
    answer = search("finished by masons", like=[HIVE, first], unlike=second, k=100)
    assert answer["understood"]["like"] == [HIVE, first]
    assert {first, second}.isdisjoint(_list_ids(answer))
    assert [notice["code"] for notice in answer["notices"]] == ["steered"]
    [bees] = [h for h in answer["hits"] if "bees left the hive" in h["text"]]
    before = search("finished by masons", k=100)["hits"]
    [plain] = [h for h in before if h["passage_id"] == bees["passage_id"]]
    assert bees["rank"] < plain["rank"]
    assert bees["signals"]["passage"] > plain["signals"]["passage"]


def test_what_is_liked_alone_is_asked_for_by_get_and_post_alike(
    client: TestClient, search: Search
) -> None:
    [liked, *_] = _list_ids(search("storm"))
    got = client.get("/api/search", params={"like": liked}).json()
    posted = client.post("/api/search", json={"like": [liked]}).json()
    batch = client.post("/api/search/batch", json={"queries": [{"like": [liked]}]}).json()
    assert got["hits"] == posted["hits"] == batch["results"][0]["hits"] != []
    assert got["understood"]["question"] == got["query"] == ""
    assert liked not in _list_ids(got)
    exported = client.get("/api/search/export", params={"like": liked, "format": "json"}).json()
    assert exported["hits"] == got["hits"]
    cited = client.get("/api/search/export", params={"like": liked, "format": "text"}).text
    assert cited.startswith("Passages like those that were liked. Winnow build ")


def test_a_filter_raises_no_confidence_of_a_steered_question(search: Search) -> None:
    asked = {"like": "whale oil and ice", "k": 100}
    whole = {h["passage_id"]: h["confidence"] for h in search("lamp", **asked)["hits"]}
    part = search("lamp source:harbour/*", syntax="operators", **asked)
    assert part["hits"]
    assert {h["passage_id"]: h["confidence"] for h in part["hits"]}.items() <= whole.items()
