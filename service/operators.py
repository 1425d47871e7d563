"""A question as it was typed -> what it asks, and what it asks of the passages besides.

Read are phrases in quotation marks and `+words` (they must occur), `-words` and `-"phrases"` (they
must not), and `source:`, `lang:` or `language:`, `after:` and `before:` with a value behind them.
All else is the question itself, and what must occur is part of it. Hyphens inside words, a minus
before a number or alone, a quotation mark without its other half, `https://…` and `10:30` are
no operators. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from embeddings.errors import InvalidInput

_PAIRS = "“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»"
_QUOTED = f'"[^"]*"|{_PAIRS}|»[^«»]*«'
_FIELDS = {
    "source": "source",
    "lang": "language",
    "language": "language",
    "after": "after",
    "before": "before",
}
_OPERATOR = re.compile(
    rf"(?<![^\s(\[{{])(?:"  # where a word may begin
    rf"(?P<field>{'|'.join(_FIELDS)}):(?P<value>{_QUOTED}|[^\s\"“”„«»]\S*)"
    rf"|(?P<sign>[-+])(?:(?P<signed>{_QUOTED})|(?P<word>(?=[^\W\d])\S+))"
    rf"|(?P<phrase>{_QUOTED}))|(?P<paired>{_PAIRS})",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_TRAILING = re.compile(r"[\W_]+$")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text was understood to ask; `fields` has the filters that it names."""

    question: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    spans: tuple[tuple[str, str, int, int], ...] = ()

    @property
    def has_operators(self) -> bool:
        """Whether anything in it was more than the question."""
        return bool(self.spans)


def read_operators(text: str) -> Understood:
    """What a text asks. Raises InvalidInput where it gives a field two different values.

    `spans` are the operators in their order: kind, value, where they begin and end in the text.
    """
    kept, end = [], 0
    phrases: list[str] = []
    excluded: list[str] = []
    fields: dict[str, str] = {}
    spans = []
    for found in _OPERATOR.finditer(text):
        kind, value = _read_one(found)
        if not kind:
            continue
        kept.append(text[end : found.start()])
        end = found.end()
        if kind == "phrase":
            phrases.append(value)
            kept.append(f" {value} " if found["sign"] else value)
        elif kind == "excluded":
            excluded.append(value)
        elif fields.setdefault(kind, value) != value:
            raise InvalidInput(
                f"the question names {kind} twice: {fields[kind]!r} and {value!r}",
                f"name one {kind}, or put the words in quotation marks",
                kind,
            )
        spans.append((kind, value, found.start(), found.end()))
    question = " ".join("".join([*kept, text[end:]]).split()) if spans else text
    return Understood(
        question,
        tuple(dict.fromkeys(phrases)),
        tuple(dict.fromkeys(excluded)),
        fields,
        tuple(spans),
    )


def _read_one(found: re.Match[str]) -> tuple[str, str]:
    """What an operator is and its value; "" where it holds no word, and so is none."""
    if name := found["field"]:
        value = found["value"]
        kind = _FIELDS[name.casefold()]
        if value[0] in '"“„«»':
            value = value[1:-1]
        elif kind != "source":  # as at the end of a sentence
            value = _TRAILING.sub("", value)
        return (kind, value.strip()) if value.strip() else ("", "")
    quoted = found["phrase"] or found["paired"] or found["signed"]
    value = quoted[1:-1].strip() if quoted else _TRAILING.sub("", found["word"])
    if not _WORD.search(value):
        return "", ""
    return ("excluded" if found["sign"] == "-" else "phrase"), " ".join(value.split())


def drop_operator(text: str, kind: str, value: str, start: int, end: int) -> str:
    """The text without one of its operators; of a phrase the words stay, and ask as the rest do."""
    stays = kind == "phrase" and not _OPERATOR.search(value)
    return " ".join(f"{text[:start]} {value if stays else ''} {text[end:]}".split())
