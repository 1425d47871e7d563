"""HTML: the article that trafilatura finds, its headings kept, readers' comments below it.

Where it finds none, the whole page is read and judged as plain text is, and that is said.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from embeddings.documents.composing import Composition
from embeddings.documents.decoding import Decoded, decode
from embeddings.documents.fields import read_date, read_line, read_web_address
from embeddings.documents.markup import compose_markup
from embeddings.documents.metadata import find_address, find_author, find_language
from embeddings.errors import UnreadableDocument
from embeddings.records import Document

_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE
)
_HEAD = 4096
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
COMMENTS = "Comments"


def read_html(data: bytes, source: str, sha256: str) -> Iterator[Document | UnreadableDocument]:
    """Yield the page's one document."""
    decoded = decode_markup(data, source)
    document = read_page(decoded.text, source)
    yield replace(
        document,
        sha256=sha256,
        encoding=decoded.encoding,
        notices=(*decoded.notices, *document.notices),
    )


def decode_markup(data: bytes, source: str) -> Decoded:
    """Decode by the byte order mark, else as the page declares, else as plain text is.

    Pages are often saved anew in UTF-8, and still declare the one-byte encoding they once had.
    """
    declared = _CHARSET.search(data[:_HEAD])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = declared.group(1).decode("ascii", "replace").lower()
        name = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "gb2312": "gb18030"}.get(name, name)
        try:
            text = data.decode(name)
        except (LookupError, ValueError):
            return decode(data, source)
        if len(text) == len(data) and _is_utf8(data):
            return decode(data, source)
        return Decoded(text.replace("\0", ""), name)
    return decode(data, source)


def _is_utf8(data: bytes) -> bool:
    """Whether it has letters beyond ASCII, and all of them are whole in UTF-8."""
    try:
        return not data.isascii() and bool(data.decode())
    except UnicodeDecodeError:
        return False


def read_page(html: str, source: str) -> Document:
    """The document of a page. Raises UnreadableDocument where it holds no text."""
    tree = parse_markup(html, source)
    found = _extract(html)
    composition = Composition() if found is None else _compose_article(found, html)
    notices: tuple[str, ...] = ()
    cleaned = bool(composition.text)
    if not cleaned:
        body = tree.find("body")
        compose_markup(tree if body is None else body, composition)
        notices = ("no article was found in it, so the whole page was read",)
    if not composition.text:
        raise UnreadableDocument(source, "is a page without text", "take it out of the folder")
    return Document(
        source=source,
        text=composition.text,
        title=(found and read_line(found.title)) or read_line(tree.findtext(".//title")),
        date=read_date(found.date) if found else None,
        notices=notices,
        author=(found and read_line(found.author)) or find_author(tree),
        url=(found and read_web_address(found.url)) or find_address(tree, html),
        language=find_language(tree),
        blocks=tuple(composition.blocks),
        headings=tuple(composition.headings),
        verbatim=tuple(composition.rows) if cleaned else (),
        cleaned=cleaned,
        comments=composition.comments,
        extractor=f"trafilatura {version('trafilatura')}" if cleaned else f"lxml {version('lxml')}",
    )


def parse_markup(html: str, source: str) -> Any:
    """The lxml tree of a page. Raises UnreadableDocument where there is none."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
    text = _XML_DECLARATION.sub("", html)
    try:
        tree = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableDocument(source, f"is no HTML: {error}", "open it in a browser") from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise UnreadableDocument(source, "has tags nested too deep to be read", "mend its HTML")
    if tree is None:
        raise UnreadableDocument(source, "is empty", "take it out of the folder, or fill it")
    return tree


def _extract(html: str, with_comments: bool = True) -> Any:
    """What trafilatura finds, or None. It meets any page there is, so it may fail in any way."""
    from trafilatura import bare_extraction

    try:
        return bare_extraction(
            html,
            with_metadata=True,
            include_comments=with_comments,
            include_tables=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except MemoryError:
        raise
    except Exception:
        return None


def _compose_article(found: Any, html: str) -> Composition:
    """The article, and readers' comments under a heading that says so.

    Comments that trafilatura does not know as such stand in its article, unless it is asked for
    none: then it leaves out what it keeps for them.
    """
    composition = _compose(found.body)
    if found.commentsbody is not None and "".join(found.commentsbody.itertext()).strip():
        composition.begin_comments(COMMENTS)
        compose_markup(found.commentsbody, composition)
        return composition
    article = _extract(html, with_comments=False)
    alone = _compose(article.body) if article is not None else Composition()
    lines = set(alone.text.splitlines())
    others = [line for line in composition.text.splitlines() if line and line not in lines]
    if not (lines and others):
        return composition
    alone.begin_comments(COMMENTS)
    alone.add("\n".join(others))
    return alone


def _compose(body: Any) -> Composition:
    composition = Composition()
    compose_markup(body, composition)
    return composition
