"""A DOCX gives its paragraphs, headings, rows and notes; a broken or locked one is refused."""

from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from embeddings.documents.docx import read_docx
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import UnreadableDocument
from embeddings.passages import cut_document
from embeddings.records import Document
from tests.embeddings.building import read_folder, write_files
from tests.embeddings.test_passages import check

BODY = "The keeper wound the lamp every four hours of the night, and wrote it down in his book."
_XMLNS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def make() -> bytes:
    word = docx.Document()
    word.core_properties.title, word.core_properties.author = "The lamp", "Ann Lee"
    word.core_properties.language = "en-GB"
    word.core_properties.modified = datetime(2020, 3, 4)
    word.add_heading("The lamp", 1)
    word.add_paragraph(BODY)
    word.add_paragraph("Oil in the store", style="List Bullet")
    table = word.add_table(2, 2)
    for i, text in enumerate(("Year", "Boats", "1893", "12")):
        table.cell(i // 2, i % 2).text = text
    word.element.body.append(
        parse_xml(
            f'<w:sdt xmlns:w="{_XMLNS}"><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r>'
            "<w:del><w:r><w:delText>Deleted.</w:delText></w:r></w:del></w:p></w:sdtContent></w:sdt>"
        )
    )
    return save(word)


def save(word: object) -> bytes:
    stream = BytesIO()
    word.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def read(data: bytes) -> Document:
    (document,) = read_docx(data, "a.docx", "0" * 64)
    assert isinstance(document, Document)
    return document


def test_paragraphs_rows_and_controls_are_kept_in_order() -> None:
    rows = "Year | Boats\n1893 | 12"
    assert read(make()).text == (
        f"The lamp\n\n{BODY}\n\nOil in the store\n\n{rows}\n\nIn a control."
    )


def test_a_heading_is_known_by_its_style() -> None:
    document = read(make())
    encoder = HashingEncoder()
    found = cut_document(document, encoder.count_tokens, encoder.window)
    assert [document.text[s.start : s.end] for s in found.headings] == ["The lamp"]
    assert {p.heading for p in found.passages} == {"The lamp"}
    assert found.marks == ()
    check(found, encoder, encoder.window)


def test_a_style_made_from_a_headings_is_a_headings() -> None:
    word = docx.Document()
    style = word.styles.add_style("Chapter of mine", 1)
    style.base_style = word.styles["Heading 2"]
    word.add_paragraph("Winter", style="Chapter of mine")
    word.add_paragraph(BODY)
    assert len(read(save(word)).headings) == 1


def test_a_document_says_its_particulars() -> None:
    document = read(make())
    assert (document.title, document.author) == ("The lamp", "Ann Lee")
    assert (document.date, document.language) == ("2020-03-04", "en")
    assert document.extractor is not None and document.extractor.startswith("python-docx ")


def test_footnotes_stand_at_the_end_under_a_heading() -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    content = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    note = (
        f'<w:footnotes xmlns:w="{_XMLNS}"><w:footnote><w:p><w:r><w:t>Ibid.</w:t></w:r></w:p>'
        "</w:footnote></w:footnotes>"
    )
    word = docx.Document()
    word.add_paragraph(BODY)
    part = Part(PackURI("/word/footnotes.xml"), content, note.encode(), word.part.package)
    word.part.relate_to(part, kind)
    document = read(save(word))
    assert document.text == f"{BODY}\n\nNotes\n\nIbid."
    assert len(document.headings) == 1


def test_an_empty_document_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="holds no text"):
        read(save(docx.Document()))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no whole DOCX"),
        (b"words", "no whole DOCX"),
        (make()[:2000], "no whole DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "password"),
    ],
)
def test_what_is_no_docx_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(UnreadableDocument, match=what) as caught:
        read(data)
    assert caught.value.hint


def test_a_bomb_is_refused_unread() -> None:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(64 << 20))
    with pytest.raises(UnreadableDocument, match="zip bomb"):
        read(stream.getvalue())


def test_a_docx_named_as_text_is_read_as_one(tmp_path: Path) -> None:
    (document,), _ = read_folder(write_files(tmp_path, {"a.txt": make()}))
    assert isinstance(document, Document)
    assert BODY in document.text
