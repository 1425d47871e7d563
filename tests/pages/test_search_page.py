"""The search page: its address is its state, its filters count what they lead to."""

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact

SHIPS = "How many ships did the lighthouse keeper count?"
MASONS = "Which building was finished by masons from the valley?"


def _get(harbour: TestClient, path: str, **parameters: Any) -> str:
    return html.unescape(harbour.get(path, params=parameters).text)


def _find_links(page: str, group: str) -> list[tuple[str, str]]:
    """The links of a filter, with what they say."""
    part = page.split(f"<dt>{group}</dt>")[1].split("</dd>")[0]
    found = re.findall(r'href="([^"]*)"[^>]*>(.*?)</a>', part, re.DOTALL)
    return [(link, " ".join(re.sub("<[^>]*>", " ", label).split())) for link, label in found]


@pytest.mark.parametrize("chosen", [{}, {"language": "en"}, {"after": "2012"}])
def test_each_filter_leads_to_as_many_answers_as_it_says(
    harbour: TestClient, chosen: dict[str, str]
) -> None:
    page = _get(harbour, "/", q=MASONS, **chosen)
    counted = 0
    for group in re.findall(r"<dt>(Source|Language|Year)</dt>", page):
        for link, label in _find_links(page, group):
            number = re.search(r" (\d+)$", label)
            if number is None or label.startswith("without"):
                continue
            counted += 1
            narrowed = html.unescape(harbour.get(link).text)
            said = re.search(r"(\d+) passages? may answer", narrowed)
            assert said and said[1] == number[1], label
    assert counted > 1


def test_a_form_with_fields_left_empty_leads_to_the_one_address(harbour: TestClient) -> None:
    form = "/?q=masons&source=&language=en&after=&before=&mode=hybrid&sort=score"
    answer = harbour.get(form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?q=masons&language=en")


def test_a_filter_keeps_its_value_in_the_form(harbour: TestClient) -> None:
    page = _get(harbour, "/", q=MASONS, source="table.jsonl", language="en", mode="dense")
    assert 'name="source" value="table.jsonl"' in page
    assert '<option value="en" selected>' in page
    assert '<option value="dense" selected>' in page
    assert "by meaning alone" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("after", "yesterday", "write the date as 2017"),
        ("before", "2017-13", "write the date as 2017"),
        ("language", "English", "use a code"),
    ],
)
def test_a_bad_filter_is_told_at_its_field(
    harbour: TestClient, field: str, value: str, said: str
) -> None:
    answer = harbour.get("/", params={"q": MASONS, field: value})
    page = html.unescape(answer.text)
    assert answer.status_code == 422
    assert said in page.lower().split('role="alert"')[1]


def test_where_a_filter_leaves_no_answer_the_page_says_what_is_there_without_it(
    harbour: TestClient,
) -> None:
    page = _get(harbour, "/", q=SHIPS, language="ru")
    assert "Nothing here answers this." in page
    link = re.search(r'Without the filter on language, <a href="([^"]*)">(\d+)', page)
    assert link and link[1] == f"/?{urlsplit(link[1]).query}"
    assert f"{link[2]} passage" in html.unescape(harbour.get(link[1]).text)


def test_filters_that_leave_no_passage_are_told_from_the_end_of_a_list(
    harbour: TestClient,
) -> None:
    assert "The filters leave no passage." in _get(harbour, "/", q=SHIPS, language="fa")
    assert "nothing this far down the list" in _get(harbour, "/", q=SHIPS, offset=900)


def test_newest_first_is_a_choice_where_there_are_dates(harbour: TestClient) -> None:
    dated, undated = _get(harbour, "/", q=MASONS), _get(harbour, "/", q=SHIPS)
    link = next(link for link, label in _find_links(dated, "Order") if label == "newest first")
    dates = re.findall(r'<time datetime="([^"]*)"', html.unescape(harbour.get(link).text))
    assert len(dates) > 2 and dates == sorted(dates, reverse=True)
    assert "<dt>Order</dt>" not in undated


def test_every_page_names_its_twin_and_the_twin_is_there(harbour: TestClient) -> None:
    hit = harbour.get("/api/search", params={"q": SHIPS, "k": 1}).json()["hits"][0]
    pages = (
        f"/?q={MASONS}&language=en&sort=date",
        f"/documents/{hit['document_id']}",
        f"/passages/{hit['passage_id']}/similar",
        f"/passages/{hit['passage_id']}/cite",
        "/about",
    )
    for path in pages:
        page = html.unescape(harbour.get(path).text)
        twin = re.search(r'<link rel="alternate" type="application/json" href="([^"]*)">', page)
        assert twin, path
        assert harbour.get(twin[1]).json()


def test_the_twin_of_a_search_asks_the_same(harbour: TestClient) -> None:
    page = _get(harbour, "/", q=MASONS, language="en", sort="date", offset=10)
    twin = re.findall(r'href="(/api/search\?[^"]*)"', page)[0]
    asked = {name: value for name, [value] in parse_qs(urlsplit(twin).query).items()}
    assert asked == {
        "q": MASONS,
        "language": "en",
        "sort": "date",
        "offset": "10",
        "facets": "true",
    }


def test_a_list_is_saved_with_all_its_answers(harbour: TestClient) -> None:
    page = _get(harbour, "/", q=MASONS)
    answers = harbour.get("/api/search", params={"q": MASONS}).json()["answers"]
    part = page.split("Save the first")[1]
    for form in ("csv", "json", "markdown", "bibtex"):
        link = re.search(rf'href="(/api/search/export[^"]*format={form})"', part)
        assert link
        file = harbour.get(link[1])
        assert file.status_code == 200
        assert "attachment" in file.headers["content-disposition"]
        if form == "json":
            assert len(file.json()["hits"]) == max(answers, 10)


def test_hits_lead_from_one_to_the_next_across_documents(harbour: TestClient) -> None:
    hits = harbour.get("/api/search", params={"q": SHIPS}).json()["hits"]
    link = re.findall(r'class="open" href="([^"]*)"', _get(harbour, "/", q=SHIPS))[0]
    seen = []
    for _ in range(4):
        page = html.unescape(harbour.get(link).text)
        seen.append(urlsplit(link).fragment)
        assert f"passage {len(seen)} of " in page
        assert ('rel="prev"' in page) == (len(seen) > 1)
        link = re.findall(r'rel="next" href="([^"]*)"', page)[0]
    assert seen == [hit["passage_id"] for hit in hits[:4]]


def test_the_sentence_that_answers_is_marked_in_its_document_too(harbour: TestClient) -> None:
    link = re.findall(r'class="open" href="([^"]*)"', _get(harbour, "/", q=SHIPS))[0]
    page = html.unescape(harbour.get(link).text)
    assert page.count("<mark>") == 1
    assert "<mark>" not in html.unescape(harbour.get(urlsplit(link).path).text)


def test_back_leads_to_the_page_of_the_list_that_was_left(harbour: TestClient) -> None:
    later = _get(harbour, "/", q=MASONS, language="en", offset=10)
    link = re.findall(r'class="open" href="([^"]*)"', later)[0]
    back = re.findall(r'<a href="(/\?[^"]*)">Back', html.unescape(harbour.get(link).text))
    asked = {name: value for name, [value] in parse_qs(urlsplit(back[0]).query).items()}
    assert asked == {"q": MASONS, "language": "en", "offset": "10"}


@pytest.mark.parametrize("extra", ["&hit=900", "&hit=1&after=never", "&hit=1000"])
def test_a_document_is_shown_whatever_its_address_says_of_a_list(
    harbour: TestClient, extra: str
) -> None:
    document = harbour.get("/api/documents").json()["documents"][0]["document_id"]
    assert harbour.get(f"/documents/{document}?q=ships{extra}").status_code == 200


def test_more_like_a_passage_leaves_itself_out(harbour: TestClient) -> None:
    hit = harbour.get("/api/search", params={"q": SHIPS, "k": 1}).json()["hits"][0]
    page = _get(harbour, f"/passages/{hit['passage_id']}/similar")
    links = re.findall(r'class="open" href="([^"]*)"', page)
    assert len(links) == 10
    assert not any(link.endswith(f"#{hit['passage_id']}") for link in links)
    assert "may answer" not in page


def test_a_build_under_way_is_told(harbour: TestClient) -> None:
    builds: Artifact = harbour.app.state.live._builds  # type: ignore[attr-defined]
    assert "being built" not in _get(harbour, "/", q=SHIPS)
    with builds.writer() as writer:
        writer.begin()
        assert "A new index is being built" in _get(harbour, "/", q=SHIPS)
        assert "A new index is being built" in _get(harbour, "/")
    assert "being built" not in _get(harbour, "/", q=SHIPS)


def test_no_page_takes_style_or_script_that_its_policy_does_not_name(harbour: TestClient) -> None:
    hit = harbour.get("/api/search", params={"q": SHIPS, "k": 1}).json()["hits"][0]
    for path in ("/", f"/?q={SHIPS}", "/about", f"/documents/{hit['document_id']}", "/nowhere"):
        answer = harbour.get(path)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy
        assert not re.search(r"\s(style|on[a-z]+)=", re.sub(r"<style>.*?</style>", "", answer.text))
        assert not re.search(r"<script(?! src=\"/static/page.js\")", answer.text)
