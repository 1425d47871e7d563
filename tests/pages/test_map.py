"""The About page: what the corpus holds, and the map with the hits of a question on it."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.app import create_app
from service.live import Live
from service.pages import map_view
from service.pages.map_view import COLOURS, HEIGHT, MOST_POINTS
from tests.embeddings.building import build, write_files

HOSTILE = '<script>x</script> "onload=x" javascript:x \u202eesrever<b>&amp;'
STATIC = Path(map_view.__file__).parent / "static"
BEES = "How warm do honey bees keep their hive?"


def make_rows(*rows: Mapping[str, str]) -> str:
    return "".join(f"{json.dumps({'id': str(i), **row})}\n" for i, row in enumerate(rows))


@contextmanager
def serve(folder: Path, files: Mapping[str, str | bytes]) -> Iterator[TestClient]:
    build(write_files(folder / "corpus", files), Artifact(folder / "index"))
    live = Live(Artifact(folder / "index"), load_encoder)
    with TestClient(create_app(live)) as client:
        yield client
    live.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    rows = make_rows(
        *(
            {"text": f"Row {n} tells of the {n * 7} granaries of a valley.", "date": "2016"}
            for n in range(500)
        ),
        {"title": HOSTILE, "text": f"{HOSTILE} is what it says.", "date": "2018-01-01"},
        {"title": "ملح", "text": "حملت القوافل الملح من تاودني إلى تمبكتو على ظهور الجمال."},
    )
    text = "The hive of honey bees is warm.\n\nThey keep it so by shivering in their sleep.\n"
    with serve(tmp_path_factory.mktemp("map"), {"rows.jsonl": rows, "of bees/a.txt": text}) as one:
        yield one


def show(client: TestClient, status: int = 200, **asked: object) -> str:
    answer = client.get("/about", params=asked)
    assert answer.status_code == status
    return answer.text


def draw(page: str) -> ElementTree.Element:
    """The drawing, which must be whole: every mark and letter of it stands where it should."""
    return ElementTree.fromstring(page.split("Skip the map</a>")[1].split('<ul class="legend"')[0])


def points_of(page: str) -> list[ElementTree.Element]:
    return draw(page).findall("a")


def lit_of(page: str) -> list[ElementTree.Element]:
    return [point for point in points_of(page) if "lit" in point.attrib["class"].split()]


def test_points_are_bounded_links_with_a_name_inside_the_drawing(pages: TestClient) -> None:
    points = points_of(show(pages))
    assert len(points) == MOST_POINTS
    for point in points:
        assert re.fullmatch("/passages/[0-9a-f]{16}", point.attrib["href"])
        assert len(point.attrib["aria-label"]) > 10
        circle = point.find("circle")
        assert circle is not None
        assert 0 < float(circle.attrib["cx"].removesuffix("%")) < 100
        assert 0 < float(circle.attrib["cy"]) < HEIGHT
    leads = pages.get(points[7].attrib["href"], follow_redirects=False)
    assert leads.status_code == 302


def test_a_small_corpus_is_on_the_map_whole(tmp_path: Path) -> None:
    with serve(tmp_path, {"a.txt": "The one passage that there is."}) as client:
        page = show(client)
        assert [p.attrib["aria-label"] for p in points_of(page)] == [
            "The one passage that there is.: The one passage that there is."
        ]
        assert "chosen evenly" not in page


def test_the_first_ten_hits_are_lit_with_their_rank_and_listed(pages: TestClient) -> None:
    page = show(pages, q=BEES)
    hits = pages.get("/api/search", params={"q": BEES, "k": 10}).json()["hits"]
    lit = lit_of(page)
    assert [point.findtext("text") for point in lit] == [str(n) for n in range(10, 0, -1)]
    ids = [point.attrib["href"].split("?")[0].removeprefix("/passages/") for point in lit]
    assert ids[::-1] == [hit["passage_id"] for hit in hits]
    assert lit[-1].attrib["aria-label"].startswith("Hit 1, ")
    assert len({point.attrib["href"] for point in points_of(page)}) <= MOST_POINTS + 10
    listed = page.split('class="lit-list"')[1].split("</ol>")[0]
    assert re.findall("/passages/([0-9a-f]+)", listed) == ids[::-1]


def test_nothing_is_lit_without_a_question(pages: TestClient) -> None:
    assert lit_of(show(pages)) == lit_of(show(pages, q="  ")) == []


@pytest.mark.parametrize("q", ["???", "x" * 3000])
def test_a_question_that_cannot_be_used_is_told_and_lights_nothing(
    pages: TestClient, q: str
) -> None:
    page = show(pages, 422, q=q)
    assert 'role="alert"' in page and f'value="{q}"' in page
    assert lit_of(page) == []
    assert len(points_of(page)) == MOST_POINTS


def test_titles_and_texts_on_the_map_are_text(pages: TestClient) -> None:
    page = show(pages, q=HOSTILE)
    assert "<script>" not in page and "<b>" not in page
    first = lit_of(page)[-1]
    assert set(first.attrib) == {"href", "class", "aria-label"}
    assert first.attrib["aria-label"].startswith(f"Hit 1, {HOSTILE}")
    assert [bdi.text for bdi in first.iter("bdi")] == [HOSTILE]
    links = re.findall(r'(?:href|src|action)="([^"]*)"', page)
    assert all(link.startswith(("/", "#")) for link in links)


def test_a_page_runs_and_styles_nothing_of_its_own(pages: TestClient) -> None:
    page = show(pages, q=BEES)
    tags = re.findall(r"<[a-zA-Z][^<>]*>", page)
    assert not [
        tag for tag in tags if re.search(r"\s(?:style|on\w+)=", re.sub('"[^"]*"', '""', tag))
    ]
    main = page.split("<main")[1].split("</main>")[0]
    assert "<style" not in main and "<script" not in main


def test_text_from_right_to_left_reads_so(pages: TestClient) -> None:
    first = lit_of(show(pages, q="حملت القوافل الملح من تاودني"))[-1]
    assert [p.attrib.get("dir") for p in first.iter("p")] == [None, "rtl"]


def test_a_keyboard_may_skip_the_map(pages: TestClient) -> None:
    page = show(pages)
    target = re.findall('href="#([^"]*)">Skip the map<', page)
    assert page.index("Skip the map") < page.index("<svg class") < page.index(f'id="{target[0]}"')


def test_what_the_corpus_holds_is_counted(pages: TestClient) -> None:
    plain = html.unescape(re.sub(r"\s*<[^>]*>\s*", " ", show(pages)))
    plain = " ".join(plain.split())
    assert "Documents by year 2018 1 2016 500 no date 2" in plain
    assert "Documents by folder in no folder 502 of bees 1" in plain


def test_a_count_of_nothing_known_is_left_out(tmp_path: Path) -> None:
    with serve(tmp_path, {"a.txt": "The one passage that there is."}) as client:
        page = show(client)
        assert "by year" not in page and "by folder" not in page


def test_a_long_list_of_counts_is_closed(tmp_path: Path) -> None:
    files = {f"folder {n:02}/a.txt": f"The {n} bees of the hive." for n in range(11)}
    with serve(tmp_path, files) as client:
        shown, closed = show(client).split("by folder", 1)[1].split("<details>")[:2]
        assert "folder 07" in shown and "folder 08" not in shown
        assert "3 more" in closed and "folder 10" in closed


def test_topics_lead_to_their_passages(pages: TestClient) -> None:
    topics = pages.get("/api/info").json()["overview"]["topics"]
    page = show(pages)
    assert topics
    for topic in topics:
        assert f'<a href="/passages/{topic["passage_id"]}"><bdi>' in page
        assert pages.get(f"/passages/{topic['passage_id']}").status_code == 200


def test_the_api_gives_the_same_overview(pages: TestClient) -> None:
    info: dict[str, Any] = pages.get("/api/info").json()
    overview = info["overview"]
    assert overview["years"] == [["2018", 1], ["2016", 500], [None, 2]]
    assert overview["folders"] == [["", 502], ["of bees", 1]]
    assert sum(count for _, count in overview["languages"]) == info["counts"]["passages"]


def test_the_documents_with_the_most_points_have_a_colour_and_stand_in_the_legend(
    tmp_path: Path,
) -> None:
    texts = {
        f"{n:02}.txt": "\n\n".join(
            f"In chapter {n} the keeper counted {i} ships, {i * n} gulls and no {n} whales."
            for i in range(60 + n)
        )
        for n in range(13)
    }
    with serve(tmp_path, texts) as client:
        page = show(client)
        legend = page.split('class="legend"')[1].split("</ul>")[0]
        assert re.findall('<li class="([^"]*)"', legend) == [
            *(f"c{i}" for i in range(COLOURS)),
            "other",
        ]
        assert {p.attrib["class"] for p in points_of(page)} == {
            *(f"c{i}" for i in range(COLOURS)),
            "other",
        }


def test_among_many_documents_one_point_alone_has_no_colour(pages: TestClient) -> None:
    classes = {point.attrib["class"] for point in points_of(show(pages))}
    assert classes <= {"c0", "other"}


def _find_variables(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css))


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_of_the_map_stands_out_of_the_paper(scheme: str) -> None:
    css = "\n".join(
        (STATIC / name).read_text(encoding="utf-8") for name in ("style.css", "about.css")
    )
    dark = re.findall(r"prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", css, re.DOTALL)
    light = re.findall(r"^:root \{(.*?)\}", css, re.DOTALL | re.MULTILINE)
    colours = _find_variables("".join(dark if scheme == "dark" else light))
    paper = _luminance(colours["paper"])
    for name in (*(f"c{i}" for i in range(COLOURS)), "c-other"):
        darker, lighter = sorted((paper, _luminance(colours[name])))
        assert (lighter + 0.05) / (darker + 0.05) >= 3, name
