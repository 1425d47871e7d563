"""EPUB: the chapters of the spine in order, their headings and tables kept.

A table of contents is marked. A chapter that cannot be read is said, and the others are read.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote

from embeddings.documents.archives import open_archive
from embeddings.documents.composing import Composition
from embeddings.documents.fields import read_date, read_language, read_line, read_web_address
from embeddings.documents.html import decode_markup, parse_markup
from embeddings.documents.markup import compose_markup
from embeddings.errors import UnreadableDocument
from embeddings.records import Document, Mark

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_REMEDY = "fetch or copy it again"
CONTENTS = "table of contents"


def read_epub(data: bytes, source: str, sha256: str) -> Iterator[Document | UnreadableDocument]:
    """Yield the book as one document."""
    with open_archive(data, source, "EPUB") as archive:
        path = _find_package(archive, source)
        package = _parse(_read(archive, path, source), path, source)
        # Each one once, however often the spine names it.
        chapters = list(dict.fromkeys(_find_chapters(package, posixpath.dirname(path))))
        _refuse_locked(archive, {chapter for chapter, _ in chapters}, source)
        composition, marks, notices = Composition(), [], []
        for chapter, is_contents in chapters:
            start = composition.length
            try:
                _add_chapter(_read(archive, chapter, source), source, composition)
            except UnreadableDocument as error:
                notices.append(f"{chapter} was left out: it {error.message}")
            if is_contents and composition.length > start:
                marks.append(Mark(start, composition.length, CONTENTS))
    if not composition.text:
        raise UnreadableDocument(source, "holds no text", "take it out of the folder")
    addresses = (*_facts(package, "identifier"), *_facts(package, "source"))
    yield Document(
        source=source,
        text=composition.text,
        title=_fact(package, "title"),
        sha256=sha256,
        date=read_date(_fact(package, "date")),
        notices=tuple(notices),
        author=read_line(", ".join(_facts(package, "creator"))),
        url=next(filter(None, map(read_web_address, addresses)), None),
        language=read_language(_fact(package, "language")),
        blocks=tuple(composition.blocks),
        headings=tuple(composition.headings),
        verbatim=tuple(composition.rows),
        marks=tuple(marks),
        cleaned=True,
        extractor=f"lxml {version('lxml')}",
    )


def _read(archive: zipfile.ZipFile, path: str, source: str) -> bytes:
    import zlib

    try:
        return archive.read(path)
    except KeyError as error:
        raise UnreadableDocument(source, f"lacks its part {path}", _REMEDY) from error
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise UnreadableDocument(source, f"is damaged in {path}: {error}", _REMEDY) from error


def _parse(data: bytes, path: str, source: str) -> Any:
    from lxml import etree

    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableDocument(source, f"is damaged in {path}: {error}", _REMEDY) from error


def _find_package(archive: zipfile.ZipFile, source: str) -> str:
    container = _parse(_read(archive, _CONTAINER, source), _CONTAINER, source)
    path = container.find(".//{*}rootfile")
    if path is None or not path.get("full-path"):
        raise UnreadableDocument(source, f"names no book in {_CONTAINER}", _REMEDY)
    return str(path.get("full-path"))


def _find_chapters(package: Any, folder: str) -> Iterator[tuple[str, bool]]:
    """The path of each chapter in order, and whether it is the table of contents."""
    items = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and (address := item.get("href")):
            path = posixpath.normpath(posixpath.join(folder, unquote(address.partition("#")[0])))
            yield path, "nav" in (item.get("properties") or "").split()


def _refuse_locked(archive: zipfile.ZipFile, chapters: set[str], source: str) -> None:
    """Fonts are often scrambled; a scrambled chapter is rights management."""
    if _ENCRYPTION not in archive.namelist():
        return
    listed = _parse(_read(archive, _ENCRYPTION, source), _ENCRYPTION, source)
    locked = {unquote(one.get("URI") or "") for one in listed.iterfind(".//{*}CipherReference")}
    if locked & chapters:
        raise UnreadableDocument(
            source, "is protected by rights management", "use a copy that is not"
        )


def _fact(package: Any, name: str) -> str | None:
    return next(_facts(package, name), None)


def _facts(package: Any, name: str) -> Iterator[str]:
    for found in package.iterfind(f".//{{*}}metadata/{{http://purl.org/dc/elements/1.1/}}{name}"):
        if line := read_line("".join(found.itertext())):
            yield line


def _add_chapter(data: bytes, source: str, composition: Composition) -> None:
    """As XML where it is that, else as any page: HTML has names for characters that XML lacks."""
    try:
        tree = _parse(data, "", source)
    except UnreadableDocument:
        tree = parse_markup(decode_markup(data, source).text, source)
    body = tree.find("{*}body")
    compose_markup(tree if body is None else body, composition)
