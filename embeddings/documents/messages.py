"""What goes between Winnow and the process that parses documents: one line of JSON each.

Never pickled: the other side has read files that anybody may have made.
"""

import json
from dataclasses import fields
from typing import IO, Any

from embeddings.documents.formats import Item
from embeddings.errors import UnreadableDocument
from embeddings.records import Document, Mark, Span

_SPANS = {"blocks", "headings", "verbatim"}


def pack(message: dict[str, Any]) -> bytes:
    """One line, halves of surrogate pairs kept as they are."""
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def unpack(line: bytes) -> dict[str, Any]:
    """The message of a line. Raises ValueError where it is none."""
    message = json.loads(line.decode("utf-8", "surrogatepass"))
    if not isinstance(message, dict):
        raise ValueError("not a message")
    return message


def read_message(replies: IO[bytes]) -> dict[str, Any]:
    """Nothing where the process ended, be it in the middle of a line."""
    line = replies.readline()
    return unpack(line) if line.endswith(b"\n") else {}


def describe_item(item: Item) -> dict[str, Any]:
    """A document, or why there is none, as JSON has it."""
    if isinstance(item, UnreadableDocument):
        return {"unreadable": [item.source, item.message, item.hint]}
    return {"document": describe_document(item)}


def describe_document(document: Document) -> dict[str, Any]:
    """A document as JSON has it."""
    values = {field.name: getattr(document, field.name) for field in fields(Document)}
    for name in _SPANS:
        values[name] = [(span.start, span.end) for span in values[name]]
    values["marks"] = [(mark.start, mark.end, mark.reason) for mark in document.marks]
    return values


def make_item(message: dict[str, Any]) -> Item:
    """What `describe_item` described."""
    if "unreadable" in message:
        source, reason, hint = message["unreadable"]
        return UnreadableDocument(source, reason, hint)
    return make_document(message["document"])


def make_document(described: dict[str, Any]) -> Document:
    """What `describe_document` described."""
    values = dict(described)
    for name in _SPANS:
        values[name] = tuple(Span(*span) for span in values[name])
    values["marks"] = tuple(Mark(*mark) for mark in values["marks"])
    values["notices"], values["pages"] = tuple(values["notices"]), tuple(values["pages"])
    return Document(**values)
