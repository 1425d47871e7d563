"""The pages of a PDF as boxes of text, and what it says of itself.

This and `pdf_objects.py` are all that asks pdfminer.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from embeddings.documents.fields import (
    make_date,
    read_date,
    read_language,
    read_line,
    read_web_address,
)
from embeddings.documents.metadata import read_packet
from embeddings.documents.reading_order import Box, Line
from embeddings.errors import UnreadableDocument

_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?")
_NO_TITLE = re.compile(
    r"^(?:untitled|microsoft word|.*\.(?:docx?|tex|dvi|indd|pdf|odt|rtf)$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a PDF says of itself."""

    title: str | None
    author: str | None
    date: str | None
    language: str | None
    url: str | None


def read_pages(data: bytes, source: str) -> tuple[list[list[Box]], Facts]:
    """The boxes of each page. The library fails in many ways on a damaged file."""
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        return _parse(data)
    except PDFPasswordIncorrect as error:
        raise UnreadableDocument(
            source, "is protected by a password", "save a copy without the password"
        ) from error
    except MemoryError:
        raise
    except Exception as error:
        reason = f"is damaged ({type(error).__name__})"
        raise UnreadableDocument(source, reason, "open and save it with a PDF program") from error


def _parse(data: bytes) -> tuple[list[list[Box]], Facts]:
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LAParams
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    from embeddings.documents.pdf_objects import FiniteDocument

    document = FiniteDocument(PDFParser(BytesIO(data)))
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=LAParams(boxes_flow=None, all_texts=True))
    interpreter = PDFPageInterpreter(resources, device)
    pages = []
    for page in PDFPage.create_pages(document):
        interpreter.process_page(page)
        pages.append(list(_find_boxes(device.get_result())))
    return pages, _read_facts(document)


def _find_boxes(container: Any) -> Iterator[Box]:
    from pdfminer.layout import LTContainer, LTTextBox, LTTextLine

    for item in container:
        if isinstance(item, LTTextBox):
            lines = (line for line in item if isinstance(line, LTTextLine))
            found = tuple(Line(line.x0, line.x1, line.get_text()) for line in lines)
            if any(line.text.strip() for line in found):
                yield Box(item.x0, item.y0, item.x1, item.y1, found)
        elif isinstance(item, LTContainer):
            yield from _find_boxes(item)


def _read_facts(document: Any) -> Facts:
    """Of its dictionary, else of its XMP packet."""
    from pdfminer.pdftypes import resolve1
    from pdfminer.utils import decode_text

    def show(value: object) -> str | None:
        value = resolve1(value)
        return read_line(decode_text(value) if isinstance(value, bytes) else value)

    info = {key: value for one in reversed(document.info) for key, value in one.items()}
    packet = resolve1(document.catalog.get("Metadata"))
    said = read_packet(packet.get_data()) if hasattr(packet, "get_data") else {}
    title, date = show(info.get("Title")), show(info.get("CreationDate"))
    return Facts(
        title=_refuse_no_title(title) or _refuse_no_title(said.get("title")),
        author=show(info.get("Author")) or said.get("creator"),
        date=_read_date(date) or read_date(said.get("CreateDate") or said.get("date")),
        language=read_language(show(document.catalog.get("Lang")) or said.get("language")),
        url=read_web_address(said.get("url") or said.get("identifier") or said.get("source")),
    )


def _refuse_no_title(title: str | None) -> str | None:
    return None if title is None or _NO_TITLE.match(title) else title


def _read_date(value: str | None) -> str | None:
    match = _DATE.match(value or "")
    return make_date(*match.groups()) if match else None
