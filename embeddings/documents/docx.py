"""DOCX: paragraphs, headings by their style, tables row by row, notes at the end, by python-docx.

The tree is walked here, since the library's own paragraphs leave out content controls and text
boxes. Deleted text of tracked changes is no text.
"""

from collections.abc import Iterator
from importlib.metadata import version
from io import BytesIO
from typing import Any

from embeddings.documents.archives import open_archive
from embeddings.documents.composing import Composition
from embeddings.documents.fields import read_language, read_line
from embeddings.errors import UnreadableDocument
from embeddings.records import Document

_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADINGS = ("heading", "title", "subtitle")
_DEEPEST_STYLE = 10
_NOTES = ("/footnotes", "/endnotes")
NOTES = "Notes"


def read_docx(data: bytes, source: str, sha256: str) -> Iterator[Document | UnreadableDocument]:
    """Yield the file's one document."""
    if data.startswith(_OLD_OR_LOCKED):
        raise UnreadableDocument(
            source, "is an old .doc, or protected by a password", "save it as .docx without one"
        )
    open_archive(data, source, "DOCX").close()
    try:
        document = _read(data, source, sha256)
    except MemoryError:
        raise
    except Exception as error:  # its parts may contradict one another in any way
        reason = f"is no DOCX that can be read ({type(error).__name__})"
        raise UnreadableDocument(source, reason, "open and save it with Word") from error
    if not document.text:
        raise UnreadableDocument(source, "holds no text", "take it out of the folder")
    yield document


def _read(data: bytes, source: str, sha256: str) -> Document:
    import docx

    word = docx.Document(BytesIO(data))
    composition = Composition()
    headings = _find_heading_styles(word)
    for element in word.element.body.iter(f"{_W}p", f"{_W}tr"):
        if _is_inside(element, f"{_W}tr", _FALLBACK):
            continue
        if element.tag == f"{_W}tr":
            cells = (" ".join(_find_texts(cell)) for cell in element.iterchildren(f"{_W}tc"))
            composition.add(" | ".join(cells), "row")
        else:
            style = element.find(f"{_W}pPr/{_W}pStyle")
            is_heading = style is not None and style.get(f"{_W}val") in headings
            composition.add(_show(element), "heading" if is_heading else "paragraph")
    _add_notes(word, composition)
    facts = word.core_properties
    date = facts.modified or facts.created
    return Document(
        source=source,
        text=composition.text,
        title=read_line(facts.title),
        sha256=sha256,
        date=date.date().isoformat() if date else None,
        author=read_line(facts.author),
        language=read_language(facts.language),
        blocks=tuple(composition.blocks),
        headings=tuple(composition.headings),
        verbatim=tuple(composition.rows),
        cleaned=True,
        extractor=f"python-docx {version('python-docx')}",
    )


def _find_heading_styles(word: Any) -> set[str]:
    """The ids of the styles that are, or are made from, those of headings."""
    found = set()
    for style in word.styles:
        base = style
        for _ in range(_DEEPEST_STYLE):
            if base is not None and (base.name or "").lower().startswith(_HEADINGS):
                found.add(style.style_id)
            base = getattr(base, "base_style", None)
    return found


def _is_inside(element: Any, *tags: str) -> bool:
    return next(element.iterancestors(*tags), None) is not None


def _find_texts(element: Any) -> Iterator[str]:
    """The texts of the paragraphs in an element."""
    for paragraph in element.iter(f"{_W}p"):
        if not _is_inside(paragraph, _FALLBACK) and (text := _show(paragraph).strip()):
            yield text


def _show(paragraph: Any) -> str:
    """Its own text; a text box in it has paragraphs of its own."""
    pieces = []
    for element in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr"):
        if next(element.iterancestors(f"{_W}p")) is paragraph:
            name = element.tag.removeprefix(_W)
            pieces.append({"t": element.text or "", "tab": " "}.get(name, "\n"))
    return "".join(pieces)


def _add_notes(word: Any, composition: Composition) -> None:
    """Footnotes and endnotes, under a heading that says so."""
    from lxml import etree

    texts: list[str] = []
    for relation in word.part.rels.values():
        if relation.reltype.endswith(_NOTES) and not relation.is_external:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            texts += _find_texts(etree.fromstring(relation.target_part.blob, parser))
    if texts:
        composition.add(NOTES, "heading")
        for text in texts:
            composition.add(text)
