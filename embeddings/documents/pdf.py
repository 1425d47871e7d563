"""PDF: its pages in the order of reading, by pdfminer.six, each paragraph on one line.

Running heads and page numbers are marked. What is encrypted, cut short or only pictures is refused.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from embeddings.documents.composing import Composition
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
_OCR = "run `ocrmypdf` over it, and put the PDF that it writes in its place"
RUNNING = "running head or page number"


def read_pdf(data: bytes, source: str, sha256: str) -> Iterator[Document | UnreadableDocument]:
    """Yield the file's one document."""
    if not data.strip():
        raise UnreadableDocument(source, "is empty", "take it out of the folder")
    if b"%%EOF" not in data[-_TAIL:]:
        raise UnreadableDocument(
            source, "is no whole PDF: its end is missing", "fetch or copy it again"
        )
    pages, facts = read_pages(data, source)
    blank = [str(number) for number, page in enumerate(pages, 1) if not page]
    if len(blank) == len(pages):
        raise UnreadableDocument(source, "holds no text, only pictures: it needs OCR", _OCR)
    _refuse_unknown(pages, source)
    composition, marks = _compose(pages)
    listed = ", ".join(blank[:10]) + (" and more" if len(blank) > 10 else "")
    yield Document(
        source=source,
        text=composition.text,
        title=facts.title,
        sha256=sha256,
        date=facts.date,
        notices=(f"no text on page {listed}: pictures need OCR",) if blank else (),
        author=facts.author,
        language=facts.language,
        blocks=tuple(composition.blocks),
        marks=tuple(marks),
        extractor=f"pdfminer.six {version('pdfminer.six')}",
        pages=tuple(composition.pages),
    )


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


def _refuse_unknown(pages: Sequence[Sequence[Box]], source: str) -> None:
    """Fonts may not say which letters they draw."""
    text = "".join(line.text for page in pages for box in page for line in box.lines)
    unknown = sum(len(match) for match in _UNKNOWN.findall(text))
    if unknown > _MOST_UNKNOWN * len(text):
        raise UnreadableDocument(
            source, "has fonts that do not say which letters they draw: it needs OCR", _OCR
        )
