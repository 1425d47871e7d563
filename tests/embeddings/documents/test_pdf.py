"""A PDF is read down its columns, page by page; what cannot be read is refused with a remedy."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission

from embeddings.documents.pdf import RUNNING, read_pdf
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import UnreadableDocument
from embeddings.passages import cut_document
from embeddings.records import Document
from tests.embeddings.building import read_folder, write_files
from tests.embeddings.test_passages import check

LEFT = [f"In year {n} the keeper of the lamp wrote of it." for n in range(1800, 1830)]
RIGHT = [f"In year {n} a storm broke the boats on shore." for n in range(1900, 1930)]


def blank() -> FPDF:
    pdf = FPDF()
    pdf.set_font("Helvetica", size=10)
    pdf.add_page()
    return pdf


def finish(pdf: FPDF) -> bytes:
    return bytes(pdf.output())


def read(data: bytes) -> Document:
    (document,) = read_pdf(data, "a.pdf", "0" * 64)
    assert isinstance(document, Document)
    return document


def two_columns(by_row: bool) -> bytes:
    pdf = blank()
    pdf.text(
        15, 12, "A title that runs over both of the columns of the page, as titles do in papers"
    )
    lines = [(15, 20 + 5 * i, text) for i, text in enumerate(LEFT)]
    lines += [(110, 20 + 5 * i, text) for i, text in enumerate(RIGHT)]
    for x, y, text in sorted(lines, key=lambda line: line[1]) if by_row else lines:
        pdf.text(x, y, text)
    return finish(pdf)


def paged(count: int) -> bytes:
    pdf = blank()
    for number in range(1, count + 1):
        if number > 1:
            pdf.add_page()
        pdf.text(90, 10, "Annual report")
        pdf.set_xy(15, 30)
        pdf.multi_cell(170, 5, " ".join(f"Sentence {number}.{i} is here." for i in range(9)))
        pdf.text(100, 285, f"Page {number} of {count}")
    return finish(pdf)


@pytest.mark.parametrize("by_row", [False, True], ids=["by column", "by row"])
def test_columns_are_read_one_after_the_other(by_row: bool) -> None:
    text = read(two_columns(by_row)).text
    assert text.startswith("A title")
    places = [text.index(line) for line in (*LEFT, *RIGHT)]
    assert places == sorted(places)


def test_a_paragraph_is_one_line_with_its_hyphens_mended() -> None:
    pdf = blank()
    pdf.set_xy(15, 20)
    lines = "The light-", "house stood on the main-", "land, and its well-", "known lamp shone."
    pdf.multi_cell(80, 5, "\n".join(lines))
    pdf.set_xy(15, 60)
    pdf.multi_cell(80, 5, "A well-known keeper wound it.")
    assert read(finish(pdf)).text == (
        "The lighthouse stood on the mainland, and its well-known lamp shone.\n\n"
        "A well-known keeper wound it."
    )


def test_a_passage_says_its_page_and_none_crosses_a_border_by_joining() -> None:
    pdf = blank()
    for number in range(3):
        if number:
            pdf.add_page()
        pdf.text(15, 20, f"Short text {number}.")
    document = read(finish(pdf))
    encoder = HashingEncoder()
    found = cut_document(document, encoder.count_tokens, encoder.window)
    assert [(p.text, p.page) for p in found.passages] == [
        (f"Short text {n}.", n + 1) for n in range(3)
    ]
    check(found, encoder, encoder.window)


def test_running_heads_and_page_numbers_are_set_aside() -> None:
    document = read(paged(5))
    aside = [document.text[mark.start : mark.end] for mark in document.marks]
    assert aside.count("Annual report") == 5
    assert "Page 3 of 5" in aside
    assert {mark.reason for mark in document.marks} == {RUNNING}


def test_a_pdf_says_its_particulars() -> None:
    pdf = blank()
    pdf.set_title("The lamp")
    pdf.set_author("Ann Lee")
    pdf.set_lang("en-GB")
    pdf.text(15, 20, "Words about it.")
    document = read(finish(pdf))
    assert (document.title, document.author, document.language) == ("The lamp", "Ann Lee", "en")
    assert document.date is not None and document.date.startswith("20")
    assert document.extractor is not None and document.extractor.startswith("pdfminer.six 20")


PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
xmp:CreateDate="2020-03-04T10:00:00Z"><dc:title><rdf:Alt><rdf:li>The lamp</rdf:li></rdf:Alt>
</dc:title><dc:creator><rdf:Seq><rdf:li>Ann Lee</rdf:li><rdf:li>Bo Ek</rdf:li></rdf:Seq>
</dc:creator><dc:language><rdf:Bag><rdf:li>en-GB</rdf:li></rdf:Bag></dc:language>
<dc:identifier>https://a.example/lamp</dc:identifier></rdf:Description></rdf:RDF></x:xmpmeta>"""


def make_with_packet(packet: str) -> bytes:
    pdf = blank()
    pdf.set_creation_date(datetime(2019, 1, 1, tzinfo=UTC))
    pdf.set_xmp_metadata(packet)
    pdf.text(15, 20, "Words about it.")
    return finish(pdf).replace(b"/CreationDate", b"/CreationXXXX")


def test_what_a_pdf_does_not_say_its_packet_says() -> None:
    document = read(make_with_packet(PACKET))
    assert (document.title, document.author) == ("The lamp", "Ann Lee, Bo Ek")
    assert (document.date, document.language) == ("2020-03-04", "en")
    assert document.url == "https://a.example/lamp"


@pytest.mark.parametrize("packet", ["<x", "", "<a>&b;</a>", PACKET.replace("dc:title", "dc:x")])
def test_a_broken_packet_costs_nothing_else(packet: str) -> None:
    document = read(make_with_packet(packet or " "))
    assert (document.title, document.text) == (None, "Words about it.")


def test_many_pages_are_read() -> None:
    document = read(paged(500))
    assert len(document.pages) == 500
    assert "Sentence 500.8 is here." in document.text


def test_a_password_is_named_as_what_is_missing() -> None:
    pdf = blank()
    pdf.text(15, 20, "secret")
    pdf.set_encryption("owner", "user", permissions=AccessPermission.none())
    with pytest.raises(UnreadableDocument, match="protected by a password"):
        read(finish(pdf))


def test_pictures_alone_need_ocr() -> None:
    pdf = blank()
    pdf.rect(10, 10, 50, 50)
    with pytest.raises(UnreadableDocument, match="needs OCR") as caught:
        read(finish(pdf))
    assert "ocrmypdf" in caught.value.hint


def test_a_page_without_text_is_said() -> None:
    pdf = blank()
    pdf.text(15, 20, "Words.")
    pdf.add_page()
    assert read(finish(pdf)).notices == ("no text on page 2: pictures need OCR (--ocr)",)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_cut_short_is_refused(share: float) -> None:
    data = paged(3)
    with pytest.raises(UnreadableDocument, match="end is missing"):
        read(data[: int(share * len(data))])


@pytest.mark.parametrize("data", [b"", b"words", b"%PDF-1.7\n%%EOF", b"%PDF-1.7 %%EOF" * 100])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        read(data)


def test_a_pdf_named_as_text_is_read_as_a_pdf(tmp_path: Path) -> None:
    (document,), _ = read_folder(write_files(tmp_path, {"a.txt": two_columns(False)}))
    assert isinstance(document, Document)
    assert LEFT[0] in document.text
    assert document.notices[0].startswith("read as .pdf")
