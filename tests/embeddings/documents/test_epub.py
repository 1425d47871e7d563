"""A book is read chapter by chapter; bombs, locked and broken books are refused."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from embeddings.documents.epub import read_epub
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import UnreadableDocument
from embeddings.passages import cut_document
from embeddings.records import Document
from tests.embeddings.building import read_folder, write_files
from tests.embeddings.test_passages import check

FIRST = "The keeper wound the lamp every four hours of the night, and wrote it down in his book."
SECOND = "When the ice came, the boats lay on the shore and nobody went out for many weeks."
OPF = """<?xml version="1.0"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The lamp</dc:title>
<dc:creator>Ann Lee</dc:creator><dc:language>en-GB</dc:language><dc:date>2020-03-04</dc:date>
</metadata><manifest>
<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>
<item id="one" href="ch%201.xhtml" media-type="application/xhtml+xml"/>
<item id="two" href="two.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="nav"/><itemref idref="two"/><itemref idref="one"/></spine></package>"""
FILES = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
    "OEBPS/book.opf": OPF,
    "OEBPS/nav.xhtml": "<html><body><h1>Contents</h1><ol><li>Winter</li></ol></body></html>",
    "OEBPS/ch 1.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
    f"<body><h2>Winter</h2><p>{SECOND}</p></body></html>",
    "OEBPS/two.xhtml": f"<html><body><h2>The&nbsp;lamp</h2><p>{FIRST}</p></body></html>",
}


def make(changes: Mapping[str, str | None] | None = None) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in {**FILES, **(changes or {})}.items():
            if content is not None:
                archive.writestr(name, content)
    return stream.getvalue()


def read(data: bytes) -> Document:
    (document,) = read_epub(data, "a.epub", "0" * 64)
    assert isinstance(document, Document)
    return document


def test_chapters_stand_in_the_order_of_the_spine() -> None:
    assert read(make()).text == (f"Contents\n\nWinter\n\nThe lamp\n\n{FIRST}\n\nWinter\n\n{SECOND}")


def test_headings_are_known_and_the_table_of_contents_is_set_aside() -> None:
    encoder = HashingEncoder()
    found = cut_document(read(make()), encoder.count_tokens, encoder.window)
    assert [(p.text, p.heading) for p in found.passages] == [
        (FIRST, "The lamp"),
        (SECOND, "Winter"),
    ]
    assert [mark.reason for mark in found.marks] == ["table of contents"]
    check(found, encoder, encoder.window)


def test_a_book_says_its_particulars() -> None:
    document = read(make())
    assert (document.title, document.author) == ("The lamp", "Ann Lee")
    assert (document.date, document.language) == ("2020-03-04", "en")
    assert document.notices == ()


def test_a_missing_chapter_is_said_and_the_rest_is_read() -> None:
    document = read(make({"OEBPS/two.xhtml": None}))
    assert SECOND in document.text and FIRST not in document.text
    assert "OEBPS/two.xhtml" in document.notices[0]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"META-INF/container.xml": None}, "lacks its part META-INF/container.xml"),
        ({"META-INF/container.xml": "<container/>"}, "names no book"),
        ({"OEBPS/book.opf": None}, "lacks its part OEBPS/book.opf"),
        ({"OEBPS/book.opf": "<package"}, "is damaged in OEBPS/book.opf"),
        ({"OEBPS/book.opf": "<package/>"}, "holds no text"),
        (
            {
                "META-INF/encryption.xml": "<encryption><CipherData>"
                '<CipherReference URI="OEBPS/ch%201.xhtml"/></CipherData></encryption>'
            },
            "rights management",
        ),
    ],
)
def test_a_book_that_cannot_be_read_is_refused(changes: dict[str, str | None], what: str) -> None:
    with pytest.raises(UnreadableDocument, match=what) as caught:
        read(make(changes))
    assert caught.value.hint


def test_scrambled_fonts_are_no_hindrance() -> None:
    font = '<encryption><CipherReference URI="OEBPS/font.otf"/></encryption>'
    assert FIRST in read(make({"META-INF/encryption.xml": font})).text


@pytest.mark.parametrize("data", [b"", b"words", make()[:500], make()[:-30]])
def test_what_is_no_book_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="no whole EPUB"):
        read(data)


def test_a_zip_bomb_is_refused_unread() -> None:
    with pytest.raises(UnreadableDocument, match="zip bomb"):
        read(make({"OEBPS/two.xhtml": " " * (64 << 20)}))


def test_many_tiny_files_are_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embeddings.documents.archives.MOST_FILES", 5)
    with pytest.raises(UnreadableDocument, match="unpacks to 6 files"):
        read(make())


def test_entities_that_grow_are_not_followed() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = (
        f'<!DOCTYPE html [<!ENTITY a0 "x">{levels}]><html><body><p>&a11; {FIRST}</p></body></html>'
    )
    assert len(read(make({"OEBPS/two.xhtml": bomb})).text) < 5000


def test_a_book_named_as_text_is_read_as_a_book(tmp_path: Path) -> None:
    (document,), _ = read_folder(write_files(tmp_path, {"a.txt": make()}))
    assert isinstance(document, Document)
    assert FIRST in document.text


def test_a_book_may_name_several_authors_and_its_address() -> None:
    more = "<dc:creator>Bo Ek</dc:creator><dc:identifier>urn:isbn:9780000000000</dc:identifier>"
    address = "<dc:identifier>https://a.example/book</dc:identifier></metadata>"
    document = read(make({"OEBPS/book.opf": OPF.replace("</metadata>", more + address)}))
    assert document.author == "Ann Lee, Bo Ek"
    assert document.url == "https://a.example/book"
    assert read(make()).url is None
