"""PDF: its pages in the order of reading, by pdfminer.six, each paragraph on one line.

Running heads and page numbers are marked. What is encrypted or cut short is refused, and so are
pictures of text, unless OCR is asked for.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from embeddings.documents.composing import Composition
from embeddings.documents.ocr import recognize
from embeddings.documents.pdf_pages import read_pages
from embeddings.documents.reading_order import Box, find_paragraphs, order_boxes
from embeddings.errors import UnreadableDocument
from embeddings.records import Document, Mark

_TAIL = 4096
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_UNKNOWN = re.compile(r"\(cid:\d+\)")
_MOST_UNKNOWN = 0.3
_DIGITS = re.compile(r"\d+")
_LEAST_REPEATS = 3
_LONGEST_RUNNING = 120
_OCR = "read it with --ocr, or run `ocrmypdf` over it and put what it writes in its place"
_OTHER_LANGUAGES = "name its languages with --ocr-languages, or take it out of the folder"
RUNNING = "running head or page number"


def read_pdf(
    data: bytes, source: str, sha256: str, ocr: str = ""
) -> Iterator[Document | UnreadableDocument]:
    """Yield the file's one document. `ocr` names the languages of pictures of text, if wanted."""
    if not data.strip():
        raise UnreadableDocument(source, "is empty", "take it out of the folder")
    if b"%%EOF" not in data[-_TAIL:]:
        raise UnreadableDocument(
            source, "is no whole PDF: its end is missing", "fetch or copy it again"
        )
    pages, facts = read_pages(data, source)
    extractor = f"pdfminer.six {version('pdfminer.six')}"
    notices: list[str] = []
    asked = [number for number, page in enumerate(pages) if not _is_legible(page)]
    if ocr and asked:
        found, program = recognize(data, asked, ocr, source)
        extractor = program if len(asked) == len(pages) else f"{extractor}, {program}"
        pages = [found.get(number, page) for number, page in enumerate(pages)]
        notices.append(f"{len(found)} of {len(pages)} pages read by OCR ({program})")
    _refuse_pictures(pages, source, ocr)
    composition, marks = _compose(pages)
    yield Document(
        source=source,
        text=composition.text,
        title=facts.title,
        sha256=sha256,
        date=facts.date,
        notices=(*notices, *_notice_blank(pages, ocr)),
        author=facts.author,
        url=facts.url,
        language=facts.language,
        blocks=tuple(composition.blocks),
        marks=tuple(marks),
        extractor=extractor,
        pages=tuple(composition.pages),
    )


def _is_legible(page: Sequence[Box]) -> bool:
    """Whether it has text, and fonts that say which letters they draw."""
    text = "".join(line.text for box in page for line in box.lines)
    unknown = sum(len(match) for match in _UNKNOWN.findall(text))
    return bool(page) and unknown <= _MOST_UNKNOWN * len(text)


def _refuse_pictures(pages: Sequence[Sequence[Box]], source: str, ocr: str) -> None:
    if not any(pages):
        if ocr:
            raise UnreadableDocument(source, "holds no text, and OCR found none", _OTHER_LANGUAGES)
        raise UnreadableDocument(source, "holds no text, only pictures: it needs OCR", _OCR)
    if not _is_legible([box for page in pages for box in page]):
        raise UnreadableDocument(
            source, "has fonts that do not say which letters they draw: it needs OCR", _OCR
        )


def _notice_blank(pages: Sequence[Sequence[Box]], ocr: str) -> tuple[str, ...]:
    blank = [str(number) for number, page in enumerate(pages, 1) if not page]
    listed = ", ".join(blank[:10]) + (" and more" if len(blank) > 10 else "")
    why = "OCR found none" if ocr else "pictures need OCR (--ocr)"
    return (f"no text on page {listed}: {why}",) if blank else ()


def _compose(pages: Sequence[Sequence[Box]]) -> tuple[Composition, list[Mark]]:
    words = {
        word.lower()
        for page in pages
        for box in page
        for line in box.lines
        for word in _WORD.findall(line.text)
    }
    running = _find_running(pages)
    composition, marks = Composition(), []
    for page in pages:
        composition.begin_page()
        edges = _edges(page)
        aside = [box for box in edges if _shape(box) in running]
        body = [box for box in page if box not in aside]
        for box in aside:
            start = len(composition.blocks)
            composition.add(" ".join(line.text.strip() for line in box.lines))
            marks += [Mark(s.start, s.end, RUNNING) for s in composition.blocks[start:]]
            del composition.blocks[start:]
        for paragraph in find_paragraphs(order_boxes(body), words):
            composition.add(paragraph)
    return composition, marks


def _edges(page: Sequence[Box]) -> list[Box]:
    """The highest and the lowest box of a page; one that is all there is stands at no edge."""
    if len(page) < 2:
        return []
    return [max(page, key=lambda box: box.top), min(page, key=lambda box: box.bottom)]


def _shape(box: Box) -> str:
    """Its text, whatever its numbers are."""
    return _DIGITS.sub("0", " ".join(line.text.strip() for line in box.lines))


def _find_running(pages: Sequence[Sequence[Box]]) -> set[str]:
    shapes = Counter(_shape(box) for page in pages for box in _edges(page))
    least = max(_LEAST_REPEATS, len(pages) // 4)
    return {
        shape
        for shape, count in shapes.items()
        if count >= least and len(shape) <= _LONGEST_RUNNING
    }
