"""A tree of HTML, or of trafilatura's XML, -> paragraphs, headings and table rows, in order.

Walks without recursion, however deep the tree is.
"""

from dataclasses import dataclass, field
from typing import Any

from embeddings.documents.composing import Composition, Kind

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "head"}
_ROWS = {"tr", "row"}
_CELLS = {"td", "th", "cell"}
_BREAKS = {"br", "lb"}
_NO_TEXT = {"script", "style", "template", "noscript", "svg", "math", "iframe", "title", "select"}
_INLINE = {
    *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "data", "del", "dfn", "em"),
    *("font", "hi", "i", "img", "ins", "kbd", "label", "mark", "q", "ref", "rp", "rt", "ruby"),
    *("s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var"),
    *("wbr", "graphic", "formula"),
}


def compose_markup(root: Any, composition: Composition) -> None:
    """Add the text of an lxml tree to a composition."""
    from lxml import etree

    walker = _Walker(composition)
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            walker.begin(_name(element), element.text or "")
        elif event == "end":
            walker.end(_name(element))
        if event != "start" and element is not root:
            walker.read(element.tail or "")
    walker.flush()


def _name(element: Any) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2].lower()


@dataclass(slots=True)
class _Walker:
    """Gathers text until a block ends, then adds it as what it stood in."""

    composition: Composition
    gathered: list[str] = field(default_factory=list)
    passed_over: int = 0
    headings: int = 0
    rows: int = 0
    code: int = 0

    def begin(self, name: str, text: str) -> None:
        if name in _NO_TEXT:
            self.passed_over += 1
        if name in _BREAKS:
            self.gathered.append(" " if self.rows else "\n")
        self._divide(name)
        self._count(name, 1)
        self.read(text)

    def end(self, name: str) -> None:
        if self.rows and name in _CELLS:
            self.gathered.append(" | ")
        self._divide(name)
        self._count(name, -1)
        if name in _NO_TEXT:
            self.passed_over -= 1

    def read(self, text: str) -> None:
        if not self.passed_over:
            self.gathered.append(text if self.code else " ".join(_split_spaces(text)))

    def flush(self) -> None:
        text = "".join(self.gathered).strip(" |" if self.rows else None)
        self.gathered.clear()
        if text:
            self.composition.add(text, self._kind())

    def _kind(self) -> Kind:
        if self.headings:
            return "heading"
        return "row" if self.rows or self.code else "paragraph"

    def _divide(self, name: str) -> None:
        if name in _INLINE or name in _BREAKS:
            return
        if self.rows and name not in _ROWS:  # a paragraph in a cell is part of its row
            self.gathered.append(" ")
        else:
            self.flush()

    def _count(self, name: str, step: int) -> None:
        self.headings += step * (name in _HEADINGS)
        self.rows += step * (name in _ROWS)
        self.code += step * (name == "pre")


def _split_spaces(text: str) -> list[str]:
    """Words, with an empty one where the text begins or ends with white space."""
    words = text.split()
    if not words:
        return ["", ""] if text else [""]
    return [*([""] if text[0].isspace() else []), *words, *([""] if text[-1].isspace() else [])]
