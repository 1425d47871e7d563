"""What a filter lets through: the one definition, used by every index.

A passage passes when its own document does, or that of any passage folded into it.
"""

import re
from fnmatch import translate
from functools import lru_cache
from typing import NamedTuple

from embeddings.records import Filter


class Standing(NamedTuple):
    """What a filter looks at of a place where a passage stands."""

    source: str
    language: str | None
    date: str | None


def source_matches(source: str, wanted: str) -> bool:
    """`wanted` is the source itself, a folder or table it lies in, or a glob over sources."""
    return (
        source == wanted
        or source.startswith((f"{wanted.rstrip('/')}/", f"{wanted}#"))
        or _compile(wanted).match(source) is not None
    )


@lru_cache(maxsize=64)  # of askers' globs, `fnmatchcase` would keep tens of thousands for ever
def _compile(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))


def passes(filter: Filter, source: str, language: str | None, date: str | None) -> bool:
    """Dates are compared as far as the filter gives them: before 2017 takes in all of 2017."""
    if filter.source and not source_matches(source, filter.source):
        return False
    if filter.language and language != filter.language:
        return False
    if (filter.after or filter.before) and not date:
        return False
    if filter.after and date and date[: len(filter.after)] < filter.after:
        return False
    return not (filter.before and date and date[: len(filter.before)] > filter.before)
