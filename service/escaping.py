"""Foreign words made harmless for the form that they are written in. Pure functions.

Each says the same words as before to whoever reads them there: a person, a Markdown renderer, TeX,
a spreadsheet.
"""

import re
from collections.abc import Callable, Iterable

from embeddings.records import Span
from embeddings.words import MARKS

_ENTITY = re.compile(r"&(?=#?\w+;)")
_MARKUP = re.compile(rf"[\\`*_\[\]<>|~$]|{_ENTITY.pattern}")
_BLOCK = re.compile(r"#|[-+=:]|(?<=\d)[.)]")
_WORDS = re.compile(rf"[^\W_](?:.*[^\W_])?[{MARKS}]*")
# Braces are spelt out, since BibTeX counts even those behind a backslash.
_BIBTEX = str.maketrans(
    {character: f"\\{character}" for character in "#$%&_"}
    | {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
    }
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_POP_EMBEDDING, _POP_ISOLATE = "\u202c", "\u2069"
_CLOSERS = dict.fromkeys("\u202a\u202b\u202d\u202e", _POP_EMBEDDING)
_CLOSERS |= dict.fromkeys("\u2066\u2067\u2068", _POP_ISOLATE)
# A formula as spreadsheets see one (OWASP, "CSV Injection"), behind white space or what does not
# show too. Apostrophes before it count, so that one more can be told from those of the text.
_FORMULA = re.compile(
    r"'*(?:[\t\r\n]|[\s\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]*"
    r"[=+\-@\uff1d\uff0b\uff0d\uff20])"
)


def join_words(text: str) -> str:
    """One line, with single spaces."""
    return " ".join(text.split())


def join_line(text: str) -> str:
    """One line, without control characters."""
    return join_words(_CONTROL.sub(" ", text))


def close_directions(text: str) -> str:
    """With what it opens of the Unicode bidirectional algorithm closed behind it.

    An override that a title leaves open would turn round whatever follows it on its line.
    """
    opened: list[str] = []
    for character in text:
        if character in _CLOSERS:
            opened.append(_CLOSERS[character])
        elif character == _POP_EMBEDDING and opened[-1:] == [_POP_EMBEDDING]:
            opened.pop()
        elif character == _POP_ISOLATE and _POP_ISOLATE in opened:
            while opened.pop() != _POP_ISOLATE:  # ends the embeddings within it too
                pass
    return text + "".join(reversed(opened))


def escape_markdown(text: str) -> str:
    """Words within a line, and no markup."""
    return _MARKUP.sub(r"\\\g<0>", text)


def escape_line(line: str) -> str:
    """A line of a paragraph that does not begin a heading, a list, a table or a rule either."""
    number = re.match(r"\d*", line)
    at = number.end() if number else 0
    escaped = escape_markdown(line)
    return f"{escaped[:at]}\\{escaped[at:]}" if _BLOCK.match(escaped, at) else escaped


def embolden_line(line: str, spans: Iterable[Span]) -> str:
    """The same with spans of it in bold, given in their order, none over another.

    Each from its first word to its last: there asterisks are surely read as bold, whatever stands
    around them, which behind a full stop they are not in every script.
    """
    pieces: list[str] = []
    end = 0
    escape: Callable[[str], str] = escape_line
    for start, stop in _find_words(line, spans):
        for text, form in ((line[end:start], "{}"), (line[start:stop], "**{}**")):
            if text:
                pieces.append(form.format(escape(text)))
                escape = escape_markdown
        end = stop
    return "".join(pieces) + (escape(line[end:]) if line[end:] else "")


def _find_words(line: str, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """The spans cut down to words; those with nothing between them are one."""
    found: list[tuple[int, int]] = []
    for span in spans:
        if match := _WORDS.search(line, span.start, span.end):
            touches = bool(found) and found[-1][1] == match.start()
            start = found.pop()[0] if touches else match.start()
            found.append((start, match.end()))
    return found


def escape_address(url: str) -> str:
    """An address between the angle brackets of a Markdown link, where entities still count."""
    return _ENTITY.sub(r"\\&", url)


def escape_bibtex(text: str) -> str:
    """One line, as TeX would print it; what is not ASCII stays as it is, in UTF-8."""
    return join_line(text).translate(_BIBTEX)


def escape_comment(text: str) -> str:
    """One line outside the entries of BibTeX, where `@` would begin one even behind a `%`."""
    return escape_bibtex(text).replace("@", "(at)")


def escape_cell(text: str) -> str:
    """A text that a spreadsheet does not take for a formula: such a one gets an apostrophe.

    NUL, where some readers end a text, shows as U+FFFD.
    """
    shown = text.replace("\0", "\ufffd")
    return f"'{shown}" if _FORMULA.match(shown) else shown
