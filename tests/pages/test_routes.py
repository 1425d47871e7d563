"""What the pages show of a document's author and address, and what they make a link of."""

import html
import json
import re
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.app import create_app
from service.live import Live
from tests.embeddings.building import build, write_files

Show = Callable[[TestClient, str], str]
ROWS = (
    {
        "id": "bees",
        "author": "Ada <Lovelace> & Sons",
        "url": "https://example.org/bees?a=1&b=2",
        "text": "Honey bees keep their hive at about 35 degrees through the whole winter.",
    },
    {
        "id": "salt",
        "url": "ftp://example.org/salt.txt",
        "text": "Salt was carried from Taoudenni to Timbuktu in slabs of forty kilograms.",
    },
    {
        "id": "tides",
        "text": "The tide in the Bay of Fundy rises by as much as sixteen metres.",
    },
    {
        "id": "mill",
        "text": "The old mill at the river ground barley once. It burned in 1911 with all sacks.",
    },
)
PAGE = """<html><body><article><h1>Glass</h1><p>The glassblowers of Murano were not allowed to leave
their island, lest they carry the secrets of the furnace to another town.</p></article></body>
</html>
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("pages")
    table = "".join(f"{json.dumps(row)}\n" for row in ROWS)
    latin = "Müller schlief über den Bergen, während die Glocken läuteten.\n".encode("latin-1")
    files = {"rows.jsonl": table, "alps.txt": latin, "page.html": PAGE}
    corpus = write_files(folder / "corpus", files)
    build(corpus, Artifact(folder / "index"))
    live = Live(Artifact(folder / "index"), load_encoder)
    with TestClient(create_app(live)) as client:
        yield client
    live.close()


def _find(pages: TestClient, q: str) -> str:
    return pages.get("/", params={"q": q}).text.split('<article class="hit"')[1]


def _open(pages: TestClient, q: str) -> str:
    hit = pages.get("/api/search", params={"q": q, "k": 1}).json()["hits"][0]
    return pages.get(f"/documents/{hit['document_id']}").text


@pytest.mark.parametrize("show", [_find, _open])
def test_author_and_web_address_stand_beside_the_source(pages: TestClient, show: Show) -> None:
    page = show(pages, "honey bees keep their hive")
    assert "Ada &lt;Lovelace&gt; &amp; Sons" in page
    assert 'href="https://example.org/bees?a=1&amp;b=2" rel="noreferrer"' in page


@pytest.mark.parametrize("show", [_find, _open])
def test_an_address_that_is_not_of_the_web_is_text(pages: TestClient, show: Show) -> None:
    page = show(pages, "salt was carried to Timbuktu")
    assert "ftp://example.org/salt.txt</bdi>" in page
    assert 'href="ftp' not in page


@pytest.mark.parametrize("show", [_find, _open])
def test_nothing_stands_where_no_author_or_address_is_known(pages: TestClient, show: Show) -> None:
    page = show(pages, "the tide in the Bay of Fundy")
    assert "None" not in page and "noreferrer" not in page


def _cite(pages: TestClient, q: str) -> str:
    link = re.findall(r'href="(/passages/[^"]*/cite[^"]*)"', html.unescape(_find(pages, q)))[0]
    page = pages.get(link)
    assert page.status_code == 200
    return html.unescape(page.text)


def test_a_hit_is_cited_as_sentence_and_whole_in_every_form(pages: TestClient) -> None:
    page = _cite(pages, "the old mill at the river")
    links = re.findall(r'href="(/api/passages/[^"]*)"', page.split("<h1>")[1].split("<footer>")[0])
    assert [link.split("format=")[1] for link in links] == [
        *(f"{form}&start=0&end=45" for form in ("text", "markdown", "bibtex", "csl-json")),
        *("text", "markdown", "bibtex", "csl-json"),
    ]
    for link in links:
        assert pages.get(link).text.strip() in page
    assert "“The old mill at the river ground barley once.”" in page
    assert "@misc{winnow-" in page


def test_a_hit_that_is_one_sentence_is_cited_whole(pages: TestClient) -> None:
    page = _cite(pages, "honey bees keep their hive")
    assert "The marked sentence" not in page and "<h2" in page


@pytest.mark.parametrize("spans", ["x", "5-2", "0-99999", "1-", "-1-4", "1-2," * 9])
def test_a_span_that_is_none_is_refused(pages: TestClient, spans: str) -> None:
    hit = pages.get("/api/search", params={"q": "the old mill", "k": 1}).json()["hits"][0]
    answer = pages.get(f"/passages/{hit['passage_id']}/cite", params={"spans": spans})
    assert answer.status_code == 422
    assert "cannot be used" in answer.text


def test_a_document_names_the_library_that_took_its_text(pages: TestClient) -> None:
    hit = pages.get("/api/search", params={"q": "glassblowers of Murano", "k": 1}).json()["hits"][0]
    extractor = pages.get(f"/api/documents/{hit['document_id']}").json()["extractor"]
    assert extractor.startswith(("trafilatura ", "lxml "))
    assert f"taken from the file by {extractor}" in _open(pages, "glassblowers of Murano")


def test_a_document_says_how_its_text_came_about(pages: TestClient) -> None:
    page = _open(pages, "Müller schlief über den Bergen")
    assert "found by statistics" in page
    assert "as decoded" in page
    assert page.count('class="hash">') == 2, "the hash of the file and that of the text"


def test_each_of_two_marked_sentences_is_marked_and_cited(pages: TestClient) -> None:
    page = html.unescape(_find(pages, "the old mill that burned in 1911"))
    marks = [re.sub("<[^>]*>", "", mark) for mark in re.findall(r"<mark>(.*?)</mark>", page)]
    assert [mark[:9] for mark in marks] == ["The old m", "It burned"]
    page = _cite(pages, "the old mill that burned in 1911")
    for number, mark in enumerate(marks, start=1):
        assert f"“{mark}”" in page.split(f"The marked sentence {number}")[1].split("</pre>")[0]


def test_a_hit_says_what_its_score_is_made_of_and_held_against(pages: TestClient) -> None:
    asked = "How warm is the hive of honey bees in winter?"
    answer = pages.get("/api/search", params={"q": asked}).json()
    hit, shown = answer["hits"][0], " ".join(html.unescape(_find(pages, asked)).split())
    for name in ("passage", "context", "sentence"):
        assert f"{hit['signals'][name]:.2f}" in shown
    assert f"it holds {hit['signals']['lexical']:.0%} of what the question's words tell" in shown
    assert f"its score is {hit['score']:.2f}" in shown
    assert f"score {answer['background']:.2f} here" in shown
    assert f"from {answer['threshold']:.2f} on" in shown
