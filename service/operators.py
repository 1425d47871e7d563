"""What a person types to steer a search, read out of the text of a question.

`"a phrase"` or `+word` must stand in a passage, `-word` or `-"a phrase"` must not, and `source:`,
`lang:`, `after:` and `before:` filter. All that is no operator is the question, the words of
phrases among them. Any text can be read: what looks like an operator and is none stays a question.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from embeddings.errors import InvalidInput
from embeddings.records import Filter
from service.query import Query

_FIELDS = {"lang": "language"}
_QUOTED = '"[^"]+"|“[^“”]+”|„[^„“”]+[“”]|«[^«»]+»'
# At the beginning of a word alone: a hyphen inside one, an inch mark or 10:30 is no operator.
_OPERATOR = re.compile(
    rf"(?<![^\s(])(?:(?P<field>source|lang|language|after|before):(?P<value>{_QUOTED}|[^\s\"]\S*)"
    rf"|(?P<sign>[+-]?)(?P<quoted>{_QUOTED})"
    r"|(?P<mark>[+-])(?P<word>[^\W\d_]\S*))",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_TRAILING = ".,;:!?)-…"


@dataclass(frozen=True, slots=True)
class Part:
    """An operator: what it asks for, and where it stands in the text that was typed.

    `kind` is phrase, excluded, source, language, after or before.
    """

    kind: str
    value: str
    start: int
    end: int


def find_operators(text: str) -> Iterator[Part]:
    """The operators of a text, in their order."""
    for found in _OPERATOR.finditer(text):
        kind, value = _interpret(found)
        if _WORD.search(value):
            yield Part(kind, value, *found.span())


def _interpret(found: re.Match[str]) -> tuple[str, str]:
    if found["field"]:
        field, value = found["field"].lower(), found["value"]
        quoted = re.fullmatch(_QUOTED, value)
        return _FIELDS.get(field, field), value[1:-1].strip() if quoted else value
    sign = found["sign"] or found["mark"]
    value = found["quoted"][1:-1] if found["quoted"] else found["word"].rstrip(_TRAILING)
    return "excluded" if sign == "-" else "phrase", " ".join(value.split())


def read_operators(query: Query) -> Query:
    """The query with its operators in their places. Raises InvalidInput where two contradict."""
    parts = list(find_operators(query.text))
    pieces, end = [], 0
    for part in parts:
        pieces += [query.text[end : part.start], part.value if part.kind == "phrase" else " "]
        end = part.end
    question = " ".join("".join([*pieces, query.text[end:]]).split())
    if parts and not (_WORD.search(question) or query.like):
        raise InvalidInput(
            "the query says what to leave out, and not what to look for",
            "ask a question too, or give a few words",
            "q",
        )
    return replace(
        query,
        text=question if parts else query.text,
        typed=query.text,
        operators=True,
        filter=_join_filters(query.filter, parts),
        phrases=_list_values(parts, "phrase"),
        excluded=_list_values(parts, "excluded"),
    )


def _list_values(parts: list[Part], kind: str) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(part.value for part in parts if part.kind == kind))


def _join_filters(filter: Filter, parts: list[Part]) -> Filter:
    """The filter with what operators say of it. Raises InvalidInput where both say something."""
    values = {name: getattr(filter, name) for name in ("source", "language", "after", "before")}
    for part in parts:
        if part.kind in values:
            if values[part.kind] not in (None, part.value):
                raise InvalidInput(
                    f"{part.kind} is both {values[part.kind]!r} and {part.value!r}",
                    "say it once, in the query or beside it",
                    part.kind,
                )
            values[part.kind] = part.value
    return Filter(**values)
