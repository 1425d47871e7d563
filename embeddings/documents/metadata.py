"""What markup says of its document beside its text: the head of a page, the XMP packet of a PDF."""

import json
import re
from collections.abc import Iterator
from typing import Any

from embeddings.documents.fields import read_language, read_line, read_names, read_web_address

_LANGUAGES = {"content-language", "og:locale", "dc.language", "dcterms.language", "inlanguage"}
_ADDRESSES = {"og:url", "dc.identifier", "dcterms.identifier", "dc.source"}
_SAVED_FROM = re.compile(
    r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*)(https?://[^\s>]+)"
)
_START = 4096
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def find_language(tree: Any) -> str | None:
    """The language of a page: that of its root, else of its head."""
    given = (tree.get("lang"), tree.get("xml:lang"), *_find_metas(tree, _LANGUAGES))
    linked = (one.get("inLanguage") for one in _read_linked_data(tree))
    return next((found for one in (*given, *linked) if (found := read_language(one))), None)


def find_address(tree: Any, html: str) -> str | None:
    """Where a page came from, as its head says, or the browser that saved it."""
    saved = _SAVED_FROM.search(html[:_START])
    given = (*_find_metas(tree, _ADDRESSES), saved and saved.group(1))
    linked = (one.get("url") for one in _read_linked_data(tree))
    return next((found for one in (*given, *linked) if (found := read_web_address(one))), None)


def find_author(tree: Any) -> str | None:
    """Who wrote a page, as its JSON-LD says."""
    given = (read_names(one.get("author")) for one in _read_linked_data(tree))
    return next(filter(None, given), None)


def _find_metas(tree: Any, names: set[str]) -> Iterator[str]:
    for meta in tree.iter("meta"):
        given = (meta.get(key) for key in ("name", "property", "http-equiv", "itemprop"))
        if any(name and name.lower() in names for name in given):
            yield meta.get("content") or ""


def _read_linked_data(tree: Any) -> Iterator[dict[str, Any]]:
    """The things that a page's JSON-LD describes, at its top."""
    for script in tree.iter("script"):
        if script.get("type") != "application/ld+json":
            continue
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        graph = data.get("@graph") if isinstance(data, dict) else data
        for one in (data, *(graph if isinstance(graph, list) else ())):
            if isinstance(one, dict):
                yield one


def read_packet(packet: bytes) -> dict[str, str]:
    """The plain facts of an XMP packet by their names without namespace; of a list, all of them."""
    from lxml import etree

    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(packet.strip(b"\0 \r\n\t"), parser)
    except (etree.LxmlError, ValueError):
        return {}
    facts: dict[str, str] = {}
    for description in root.iter(f"{_RDF}Description"):
        said = [(name, value) for name, value in description.attrib.items()]
        for child in description.iterchildren("*"):
            items = [item.text for item in child.iter(f"{_RDF}li")] or [child.text]
            said.append((str(child.tag), ", ".join(filter(None, map(read_line, items)))))
        for name, value in said:
            if line := read_line(value):
                facts.setdefault(str(name).rpartition("}")[2], line)
    return facts
