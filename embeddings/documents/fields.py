"""What a document says of itself, in one form: dates in ISO 8601, languages as ISO 639 codes."""

import re

_ISO_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?![-/.\d])")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE | re.DOTALL)
_LONGEST_LINE = 1000
_SPACE = re.compile(r"\s+")


def read_line(value: object) -> str | None:
    """A string on one line without white space around it; None for anything else, and for none.

    What is longer than any title is cut short.
    """
    if not isinstance(value, str):
        return None
    line = _SPACE.sub(" ", value).strip()
    return (line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…") or None


def read_date(value: object) -> str | None:
    """The date, or the year and month alone, that a string in ISO form begins with."""
    match = _ISO_DATE.match(read_line(value) or "")
    return match.group() if match else None


def read_language(value: object) -> str | None:
    """`en` of `en`, `en-GB` or `en_US.UTF-8`."""
    match = _LANGUAGE.fullmatch(read_line(value) or "")
    return match.group(1).lower() if match else None


def notice_date(value: object) -> tuple[str, ...]:
    """What to say of a date that is not in ISO form."""
    given = read_line(value)
    if given is None or read_date(given):
        return ()
    return (f"its date {given!r} is not in ISO form, as 2017-10-31 is, and was left out",)
