"""A page gives its article, its headings and particulars; what is no article is read whole."""

import pytest

from embeddings.documents.html import read_html
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import UnreadableDocument
from embeddings.passages import cut_document
from embeddings.records import Document, Span
from tests.embeddings.documents.test_decoding import FRENCH
from tests.embeddings.test_passages import check

FIRST = "The keeper wound the lamp every four hours of the night, and wrote it down in his book."
SECOND = (
    "When the ice came, the boats lay on the shore and <b>nobody</b> went out for <i>weeks</i>."
)
PAGE = f"""<!DOCTYPE html>
<html lang="en-GB"><head><title>The lamp | A site</title><meta charset="utf-8">
<meta name="author" content="Ann Lee">
<meta property="article:published_time" content="2020-03-04T10:00:00Z">
<link rel="canonical" href="https://a.example/lamp"></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<article><h1>The lamp</h1><p>{FIRST}</p><h2>Winter &amp; ice</h2><p>{SECOND}</p>
<table><tr><th>Year</th><th>Boats</th></tr><tr><td>1893</td><td>12</td></tr></table></article>
<div id="comments" class="comments"><p>My grandfather was that keeper, thank you for this.</p></div>
<footer>© 2020 A site. All rights reserved.</footer></body></html>"""


def read(page: str | bytes) -> Document:
    data = page if isinstance(page, bytes) else page.encode()
    (document,) = read_html(data, "a.html", "0" * 64)
    assert isinstance(document, Document)
    return document


def texts(document: Document, spans: tuple[Span, ...]) -> list[str]:
    return [document.text[span.start : span.end] for span in spans]


def test_the_article_is_kept_without_what_stands_around_it() -> None:
    text = read(PAGE).text
    assert FIRST in text and "nobody went out for weeks." in text
    assert "Home" not in text and "rights reserved" not in text


def test_headings_are_known_from_the_markup_and_never_passages() -> None:
    document = read(PAGE)
    assert texts(document, document.headings)[:2] == ["The lamp", "Winter & ice"]
    encoder = HashingEncoder()
    found = cut_document(document, encoder.count_tokens, encoder.window)
    headings = {p.text: p.heading for p in found.passages}
    assert headings[FIRST] == "The lamp"
    assert [h for text, h in headings.items() if text.startswith("When")] == ["Winter & ice"]
    assert found.marks == ()
    check(found, encoder, encoder.window)


def test_a_page_says_its_particulars() -> None:
    document = read(PAGE)
    assert (document.title, document.author) == ("The lamp", "Ann Lee")
    assert (document.date, document.language) == ("2020-03-04", "en")
    assert document.url == "https://a.example/lamp"
    assert document.extractor is not None and document.extractor.startswith("trafilatura ")
    assert document.notices == ()


LINKED = """<script type="application/ld+json">{"@graph": [{"@type": "WebSite"},
{"@type": "Article", "author": {"name": "Ann Lee"}, "datePublished": "2020-03-04T10:00:00Z",
"inLanguage": "fa-IR", "url": "https://a.example/lamp"}]}</script>"""


def with_head(head: str) -> str:
    return f"<html><head>{head}</head><body><article><p>{FIRST}</p><p>{SECOND}</p></article></body>"


def test_json_ld_gives_the_particulars() -> None:
    document = read(with_head(LINKED))
    assert (document.date, document.language) == ("2020-03-04", "fa")
    assert (document.author, document.url) == ("Ann Lee", "https://a.example/lamp")


@pytest.mark.parametrize(
    ("head", "language"),
    [
        ('<meta http-equiv="Content-Language" content="de-DE, en">', "de"),
        ('<meta property="og:locale" content="ru_RU">', "ru"),
        ('<meta name="DC.language" content="tr">', "tr"),
        ('<meta name="viewport" content="de">', None),
        ('<script type="application/ld+json">[[[</script>', None),
        (f'<script type="application/ld+json">{"[" * 100_000}</script>', None),
        ('<script type="application/ld+json">[7, {"@graph": 7, "inLanguage": []}]</script>', None),
    ],
)
def test_the_head_says_the_language(head: str, language: str | None) -> None:
    assert read(with_head(head)).language == language


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<meta name="DC.identifier" content="https://a.example/1">', "https://a.example/1"),
        ('<meta name="DC.identifier" content="ISBN 5">', None),
        ("<!-- saved from url=(0019)https://a.example/1 -->", "https://a.example/1"),
        (
            "<!--\n Page saved with SingleFile \n url: https://a.example/1 \n saved date: x-->",
            "https://a.example/1",
        ),
        ('<link rel="canonical" href="javascript:alert(1)">', None),
    ],
)
def test_the_head_says_where_a_page_came_from(head: str, url: str | None) -> None:
    assert read(with_head(head)).url == url


def test_a_row_of_a_table_is_one_line() -> None:
    document = read(PAGE)
    assert texts(document, document.verbatim) == ["Year | Boats", "1893 | 12"]


def test_a_readers_comment_is_kept_under_a_heading_that_says_so() -> None:
    before, _, after = read(PAGE).text.partition("\n\nComments\n\n")
    assert "grandfather" in after and "grandfather" not in before


def test_comments_that_look_like_the_article_are_kept_under_that_heading_too() -> None:
    said = "My grandmother lit that lamp for eleven years and never once forgot."
    comments = f'<section class="comment-list"><div><span>{said}</span></div></section>'
    story = "".join(f"<p>{FIRST} It was winter number {i} on the rock.</p>" for i in range(6))
    page = f"<html><body><article>{story}{comments}</article></body></html>"
    assert read(page).text.endswith(f"\n\nComments\n\n{said}")


def test_a_page_without_an_article_is_read_whole_and_that_is_said() -> None:
    document = read("<div>lamp</div><div>oil</div>")
    assert document.text == "lamp\n\noil"
    assert "no article" in document.notices[0]
    assert not document.cleaned


def test_scripts_and_styles_are_no_text() -> None:
    assert read("<body><script>x = 1</script>a<style>p {}</style> b</body>").text == "a b"


@pytest.mark.parametrize("page", ["<html></html>", "", " ", "<!-- -->", "<script>x</script>"])
def test_a_page_without_text_is_refused(page: str) -> None:
    with pytest.raises(UnreadableDocument):
        read(page)


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-8"])
def test_the_declared_encoding_is_taken(encoding: str) -> None:
    words = "Смотритель заводил лампу каждые четыре часа и записывал это в книгу."
    page = f'<html><head><meta charset="{encoding}"></head><body><p>{words}</p></body></html>'
    document = read(page.encode(encoding))
    assert words in document.text
    assert document.encoding == encoding


@pytest.mark.parametrize("declared", ["utf-8", "no-such-thing", "rot13", "idna"])
def test_a_wrong_declaration_falls_back_on_the_bytes(declared: str) -> None:
    page = f'<html><meta charset="{declared}"><p>{FRENCH}</p></html>'
    assert FRENCH in read(page.encode("cp1252")).text


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1251", "us-ascii"])
def test_a_page_saved_anew_in_utf_8_is_read_as_such(declared: str) -> None:
    page = f'<html><meta charset="{declared}"><p>{FRENCH}</p></html>'
    document = read(page.encode())
    assert FRENCH in document.text
    assert document.encoding == "utf-8"


def test_a_word_with_hidden_hyphens_or_loose_accents_is_one_word() -> None:
    page = "<p>La can&shy;di&shy;da&shy;ture e\u0301tait pre\u0301sente\u0301e hier.</p>"
    assert read(page.encode()).text == "La candidature était présentée hier."


def test_a_million_nested_tags_are_refused_not_cut_off_in_silence() -> None:
    with pytest.raises(UnreadableDocument, match="nested too deep"):
        read(f"<p>{FIRST}</p>" + "<div>" * 1_000_000 + FIRST)


def test_tags_nested_deep_but_not_too_deep_are_read() -> None:
    assert FIRST in read("<div>" * 1000 + f"<p>{FIRST}</p>").text
