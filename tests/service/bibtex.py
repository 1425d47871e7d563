"""Reads BibTeX as BibTeX does, by counting braces, and prints a field as TeX would."""

import re


def split_entries(text: str) -> tuple[str, list[str]]:
    """What stands before the first entry, and the entries.

    BibTeX knows no comment: an entry begins at any `@` that is in none, behind a `%` too.
    """
    before, entries = text.split("@", 1)[0], []
    while "@" in text:
        begun = text.index("@")
        depth, at = 1, text.index("{", begun) + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        entries.append(text[begun:at] + "\n")
        text = text[at:]
    assert not text.strip()
    return before, entries


def read_fields(entry: str) -> dict[str, str]:
    """The fields of an entry; braces count, escaped or not."""
    fields: dict[str, str] = {}
    rest = entry.split("\n", 1)[1]
    while begun := re.match(r"\s*([a-z]+) = \{", rest):
        depth, at = 1, begun.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[at], 0)
            at += 1
        fields[begun[1]] = rest[begun.end() : at - 1]
        assert rest[at] == ","
        rest = rest[at + 1 :]
    assert rest == "\n}\n"
    return fields


def print_tex(text: str) -> str:
    """What TeX prints of an escaped text. Fails where one of its own characters stands bare."""
    names = {"textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}"}
    names |= {"textasciitilde": "~", "textasciicircum": "^"}
    pattern = re.compile(r"\{\\([a-z]+)\}|\\([#$%&_])|([^\\{}#$%&_~^])")
    printed, at = [], 0
    while at < len(text):
        match = pattern.match(text, at)
        assert match is not None, f"bare {text[at]!r} in {text!r}"
        name, escaped, plain = match.groups()
        printed.append(names[name] if name else escaped or plain)
        at = match.end()
    return "".join(printed)
