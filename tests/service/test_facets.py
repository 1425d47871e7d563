"""What facets count is what the list shows once a value is chosen, whatever else is filtered."""

from typing import Any

import pytest

from embeddings.index.filtering import Standing
from embeddings.records import Filter
from service.facets import count_facets
from tests.service.conftest import Search

QUESTIONS = (
    "How many ships did the lighthouse keeper count?",
    "Which building was finished by masons from the valley?",
    "Лесник и волки",
)
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"source": "harbour"},
    {"source": "table.jsonl", "after": "2015"},
    {"language": "en"},
    {"language": "en", "before": "2013-12"},
)


def _choose(name: str, value: str) -> dict[str, str]:
    return {"after": value, "before": value} if name == "year" else {name: value}


@pytest.mark.parametrize("chosen", FILTERS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_each_count_is_that_of_the_list_it_leads_to(
    search: Search, question: str, chosen: dict[str, str]
) -> None:
    answer = search(question, facets=True, **chosen)
    for name, facet in answer["facets"].items():
        for one in facet["values"]:
            narrowed = search(question, k=100, **(chosen | _choose(name, one["value"])))
            assert narrowed["answers"] == one["count"], (name, one)
            assert sum(hit["answer"] for hit in narrowed["hits"]) == one["count"]


def test_a_facet_says_how_many_there_are_without_its_filter(search: Search) -> None:
    asked = QUESTIONS[0]
    without = search(asked)["answers"]
    narrowed = search(asked, facets=True, language="ru")
    assert without > narrowed["answers"] == 0
    assert narrowed["facets"]["language"]["answers"] == without
    assert narrowed["facets"]["source"]["answers"] == 0


def test_counts_come_only_where_they_are_asked_for(search: Search) -> None:
    assert search(QUESTIONS[0])["facets"] is None


def test_a_repeat_counts_in_every_document_it_stands_in(search: Search) -> None:
    hit = search(QUESTIONS[0], k=1)["hits"][0]
    assert hit["also_in"]
    values = search(QUESTIONS[0], facets=True, source="harbour")["facets"]["source"]["values"]
    assert {one["value"] for one in values} >= {"harbour/lighthouse.txt", "harbour/storm.txt"}


def _sources(*sources: str, wanted: str | None = None) -> Any:
    found = [(Standing(source, "en", None),) for source in sources]
    return count_facets(Filter(source=wanted), lambda loose: found)["source"].values


def test_sources_are_told_apart_where_they_part() -> None:
    found = ("a/b/c/1.txt", "a/b/c/2.txt", "a/b/3.txt")
    assert _sources(*found) == [("a/b/c/", 2), ("a/b/3.txt", 1)]
    assert _sources(*found, wanted="a/b/c") == [("a/b/c/1.txt", 1), ("a/b/c/2.txt", 1)]
    assert _sources(*found, wanted="*.md") == [("a/b/c/", 2), ("a/b/3.txt", 1)]


def test_rows_of_a_table_are_one_source() -> None:
    assert _sources("t.csv#1", "t.csv#2", "C#.txt") == [("t.csv", 2), ("C#.txt", 1)]


def test_a_place_that_another_filter_keeps_out_is_not_counted() -> None:
    found = [(Standing("a.txt", "en", "2017-10-31"), Standing("b.txt", "en", "2016-05-01"))]
    facets = count_facets(Filter(after="2017"), lambda loose: found)
    assert facets["source"].values == [("a.txt", 1)]
    assert facets["year"].values == [("2016", 1), ("2017", 1)]


def test_sorted_by_date_answers_come_newest_first(search: Search) -> None:
    asked = {"q": QUESTIONS[1], "k": 100}
    by_score, by_date = search(**asked), search(**asked, sort="date")
    answers = [hit for hit in by_date["hits"] if hit["answer"]]
    dated = [hit["date"] for hit in answers if hit["date"]]
    assert len(dated) > 3 and dated == sorted(dated, reverse=True)
    assert [hit["date"] for hit in answers] == dated + [None] * (len(answers) - len(dated))
    assert [hit["answer"] for hit in by_date["hits"]] == [hit["answer"] for hit in by_score["hits"]]
    assert [hit["rank"] for hit in by_date["hits"]] == [hit["rank"] for hit in by_score["hits"]]
    assert by_date["answered"] == by_score["answered"]
