"""A scanned PDF is read by the programs that are here, page by page; what they lack is said."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from embeddings.documents import ReadOptions, require_ocr
from embeddings.documents.ocr import recognize
from embeddings.documents.pdf import read_pdf
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import InvalidInput, UnreadableDocument
from embeddings.passages import cut_document
from embeddings.records import Document
from tests.embeddings.building import read_folder, write_files
from tests.embeddings.documents.bombs import make_pdf
from tests.embeddings.test_passages import check

FIRST = "The keeper wound the lamp every four hours of the night, and wrote it down."
SECOND = "When the ice came, the boats lay on the shore for many weeks."
# The program that is looked for, and those that are not to be found meanwhile.
PROGRAMS = {"tesseract": ("ocrmypdf",), "ocrmypdf": ("pdftoppm",)}
NEEDED = {"tesseract": ("tesseract", "pdftoppm"), "ocrmypdf": ("tesseract", "ocrmypdf")}


def scan(*texts: str) -> bytes:
    """A PDF of pictures of text; a page of `=` and its text has letters."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=10)
    for text in texts:
        pdf.add_page()
        if text.startswith("="):
            pdf.text(15, 20, text[1:])
        else:
            pdf.image(_draw(text), 0, 0, 210, 297)
    return bytes(pdf.output())


def _draw(text: str) -> Image.Image:
    page = Image.new("L", (1240, 1754), 255)
    lines = text.replace(", ", ",\n")
    font = ImageFont.load_default(34)
    ImageDraw.Draw(page).multiline_text((120, 150), lines, fill=0, font=font, spacing=14)
    return page


def _hide(monkeypatch: pytest.MonkeyPatch, hidden: Sequence[str]) -> None:
    find: Callable[[str], str | None] = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name in hidden else find(name))


@pytest.fixture(params=sorted(PROGRAMS))
def program(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One of the two ways, the other one being hidden."""
    name: str = request.param
    missing = [needed for needed in NEEDED[name] if not shutil.which(needed)]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)} (apt install tesseract-ocr ocrmypdf)")
    _hide(monkeypatch, PROGRAMS[name])
    return name


def _read(data: bytes, ocr: str = "eng") -> Document:
    (document,) = read_pdf(data, "a.pdf", "0" * 64, ocr)
    assert isinstance(document, Document)
    return document


def test_scanned_pages_are_read_and_keep_their_numbers(program: str) -> None:
    document = _read(scan(FIRST, SECOND))
    assert document.text == f"{FIRST}\n\n{SECOND}"
    assert document.extractor is not None and document.extractor.startswith(f"{program} ")
    assert document.notices == (f"2 of 2 pages read by OCR ({document.extractor})",)
    encoder = HashingEncoder()
    found = cut_document(document, encoder.count_tokens, encoder.window)
    assert [(passage.text, passage.page) for passage in found.passages] == [(FIRST, 1), (SECOND, 2)]
    check(found, encoder, encoder.window)


def test_only_the_pages_without_letters_are_recognized(program: str) -> None:
    own = "Letters, not a picture of them: l1O0."
    document = _read(scan(f"={own}", SECOND))
    assert document.text == f"{own}\n\n{SECOND}"
    assert document.extractor is not None and document.extractor.startswith("pdfminer.six ")
    assert f", {program} " in document.extractor


def test_a_page_on_which_nothing_is_found_is_said(program: str) -> None:
    assert _read(scan(FIRST, "")).notices[1:] == ("no text on page 2: OCR found none",)


def test_pictures_of_nothing_are_refused(program: str) -> None:
    with pytest.raises(UnreadableDocument, match="OCR found none") as caught:
        _read(scan(""))
    assert "--ocr-languages" in caught.value.hint


def test_a_program_that_fails_costs_the_one_document(program: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"OCR failed: \w+ ended with"):
        recognize(b"no PDF at all", [0], "eng", "a.pdf")


def test_a_program_that_takes_too_long_is_ended(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.documents.ocr.SECONDS_A_PAGE", 0.001)
    with pytest.raises(UnreadableDocument, match=r"OCR failed: \w+ took more than"):
        _read(scan(FIRST))


def test_ocr_runs_behind_the_wall(program: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"a.pdf": scan(FIRST)})
    (document,), _ = read_folder(tmp_path, ReadOptions(ocr="eng"))
    assert isinstance(document, Document)
    assert document.text == FIRST


def test_a_picture_is_not_recognized_unasked() -> None:
    with pytest.raises(UnreadableDocument, match="needs OCR") as caught:
        _read(make_pdf(b"0 0 m 1 1 l S"), "")
    assert "--ocr" in caught.value.hint and "ocrmypdf" in caught.value.hint


@pytest.mark.parametrize("hidden", [("tesseract",), ("pdftoppm", "ocrmypdf")])
def test_missing_programs_are_named_with_how_to_install_them(
    monkeypatch: pytest.MonkeyPatch, hidden: tuple[str, ...]
) -> None:
    _hide(monkeypatch, hidden)
    with pytest.raises(InvalidInput, match="needs tesseract") as caught:
        require_ocr("eng")
    assert "apt install tesseract-ocr" in caught.value.hint


def test_a_language_that_is_not_installed_is_named(program: str) -> None:
    assert require_ocr("eng") == "eng"
    with pytest.raises(InvalidInput, match="language xxx yyy here") as caught:
        require_ocr("xxx+eng+yyy")
    assert "tesseract-ocr-xxx" in caught.value.hint


@pytest.mark.parametrize("languages", ["", "-l", "eng --psm 3", "eng+", "/etc", "../eng"])
def test_what_is_no_name_of_a_language_is_refused(languages: str) -> None:
    with pytest.raises(InvalidInput, match="--ocr-languages"):
        require_ocr(languages)
