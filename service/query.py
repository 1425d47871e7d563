"""A question, with how it is to be answered, checked when it is made."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from embeddings.errors import InvalidInput
from embeddings.records import Filter
from service.wording import Wording

MODES = ("hybrid", "dense", "lexical")
SORTS = ("score", "date")
MOST_HITS = 100
DEEPEST = 1000
LONGEST_QUERY = 2000
MOST_LIKED = 10
MOST_PHRASES = 20

DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
LANGUAGE = r"^[a-z]{2,3}$"
_WORD = re.compile(r"\w")
_HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")  # JSON lets it through, and so does a command line


@dataclass(frozen=True, slots=True)
class Query:
    """A question with how it is to be answered. Raises InvalidInput where it cannot be.

    Sorted by date, answers come first, the newest before the older and those without a date last.
    With `facets`, the answers are counted by what a filter could choose.

    `like` and `unlike` are ids of passages, or texts: the answer leans to the ones and away from
    the others, and with `like` there need be no text. `typed` is what `text`, the filter and the
    wording were read from, where operators were.
    """

    text: str
    k: int = 10
    offset: int = 0
    mode: str = "hybrid"
    min_confidence: float = 0.0
    filter: Filter = field(default_factory=Filter)
    sort: str = "score"
    facets: bool = False
    wording: Wording = field(default_factory=Wording)
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    typed: str | None = None

    def __post_init__(self) -> None:
        for name, values in (("like", self.like), ("unlike", self.unlike)):
            _check_steering(name, values)
        _check_asked(self.asked)
        if self.text.strip() or not self.like:
            _check_text(self.text)
        _check_wording(self.wording)
        if not 1 <= self.k <= MOST_HITS:
            raise InvalidInput(f"k is {self.k}", f"use a k from 1 to {MOST_HITS}", "k")
        if self.offset < 0 or self.offset + self.k > DEEPEST:
            raise InvalidInput(
                f"offset is {self.offset} with k {self.k}",
                f"use an offset from 0, with offset + k at most {DEEPEST:,}",
                "offset",
            )
        if self.mode not in MODES:
            raise InvalidInput(f"mode is {self.mode!r}", f"use one of {', '.join(MODES)}", "mode")
        if self.sort not in SORTS:
            raise InvalidInput(f"sort is {self.sort!r}", f"use one of {', '.join(SORTS)}", "sort")
        _check_filter(self.filter)
        if not 0 <= self.min_confidence <= 1:
            raise InvalidInput(
                f"min_confidence is {self.min_confidence}",
                "use a number from 0 to 1",
                "min_confidence",
            )

    @property
    def asked(self) -> str:
        """What the asker wrote."""
        return self.text if self.typed is None else self.typed

    @property
    def steered(self) -> bool:
        return bool(self.like or self.unlike)


def _check_asked(asked: str) -> None:
    if len(asked) > LONGEST_QUERY:
        raise InvalidInput(
            f"the query has {len(asked):,} characters",
            f"shorten it to {LONGEST_QUERY:,} characters",
            "q",
        )
    if _HALF_A_PAIR.search(asked):
        raise InvalidInput("the query is not Unicode text", "send it in UTF-8", "q")


def _check_text(text: str) -> None:
    if not text.strip():
        raise InvalidInput("the query is empty", "ask a question, or give a few words", "q")
    if not _WORD.search(text):
        raise InvalidInput(
            "the query has no word in it", "ask a question, or give a few words", "q"
        )


def _check_steering(name: str, values: Sequence[str]) -> None:
    if len(values) > MOST_LIKED:
        raise InvalidInput(f"{name} has {len(values)} values", f"give at most {MOST_LIKED}", name)
    for value in values:
        if len(value) > LONGEST_QUERY or not _WORD.search(value) or _HALF_A_PAIR.search(value):
            raise InvalidInput(
                f"{name} is {value[:80]!r}",
                f"give the id of a passage, or a text of up to {LONGEST_QUERY:,} characters",
                name,
            )


def _check_wording(wording: Wording) -> None:
    count = len(wording.phrases) + len(wording.excluded)
    if count > MOST_PHRASES:
        raise InvalidInput(
            f"the query has {count} phrases and words to hold or to leave out",
            f"use at most {MOST_PHRASES}",
            "q",
        )


def _check_filter(filter: Filter) -> None:
    if filter.language is not None and not re.fullmatch(LANGUAGE, filter.language):
        raise InvalidInput(
            f"language is {filter.language!r}", "use a code as en, ru or ckb", "language"
        )
    for name, value in (("after", filter.after), ("before", filter.before)):
        if value is not None and not _is_date(value):
            raise InvalidInput(
                f"{value!r} is no date", "write the date as 2017, 2017-10 or 2017-10-31", name
            )


def _is_date(value: str) -> bool:
    """A year, a month or a day that the calendar has."""
    if not re.fullmatch(DATE, value):
        return False
    try:
        date.fromisoformat(value + "2000-01-01"[len(value) :])
    except ValueError:
        return False
    return True
