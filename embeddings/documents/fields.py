"""What a document says of itself, in one form: dates in ISO 8601, languages as ISO 639 codes."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

# What the columns of tables and the keys of front matter are called, the likeliest first.
TITLES = ("title", "headline", "subject")
DATES = ("date", "published", "created")
AUTHORS = ("author", "authors", "creator")
ADDRESSES = ("url", "link")
LANGUAGES = ("language", "lang")

_LONGEST_LINE = 1000
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?![-/.\d])")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE | re.DOTALL)
_SPACE = re.compile(r"\s+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SCHEMES = ("http", "https", "ftp")


def find_first(fields: Mapping[str, Any], names: Iterable[str]) -> Any:
    """The first of the named fields that holds anything."""
    return next((fields[name] for name in names if fields.get(name)), None)


def read_line(value: object) -> str | None:
    """A string on one line without white space around it; None for anything else, and for none.

    What is longer than any title is cut short; halves of a surrogate pair show as damaged.
    """
    if not isinstance(value, str):
        return None
    line = _SPACE.sub(" ", _SURROGATE.sub("\ufffd", value)).strip()
    return (line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…") or None


def read_names(value: object) -> str | None:
    """A name, or several of them on one line; each a string, or something that has a `name`."""
    several = value if isinstance(value, list) else [value]
    names = (one.get("name") if isinstance(one, dict) else one for one in several)
    return read_line(", ".join(name for name in map(read_line, names) if name))


def read_address(value: object) -> str | None:
    """An address on the web as it is given; None for one that a click would not only open."""
    line = read_line(value)
    scheme = _SCHEME.match(line or "")
    return line if scheme is None or scheme.group(1).lower() in _SCHEMES else None


def read_web_address(value: object) -> str | None:
    """The same of what may be something else altogether, as a book's number."""
    address = read_address(value)
    return address if address and address.lower().startswith(("http://", "https://")) else None


def read_date(value: object) -> str | None:
    """The date, or the year and month alone, that a string in ISO form begins with."""
    match = _ISO_DATE.match(read_line(value) or "")
    return make_date(*match.groups()) if match else None


def make_date(year: str, month: str | None, day: str | None) -> str | None:
    """A date in ISO form from its digits; None where there is no such day."""
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part for part in (year, month, day) if part)


def read_language(value: object) -> str | None:
    """`en` of `en`, `en-GB` or `en_US.UTF-8`."""
    match = _LANGUAGE.fullmatch(read_line(value) or "")
    return match.group(1).lower() if match else None


def is_bad_date(value: object) -> bool:
    """Whether there is a date, but none in ISO form."""
    return read_line(value) is not None and read_date(value) is None


DATE_FORM = "in ISO form, as 2017-10-31 is"
