"""Whether a phrase stands in a text: whole words, whatever their case, spacing and quotation marks.

Both are compared in Unicode's NFKC form, without the invisible characters inside words. A phrase
begins and ends where words do, but in scripts without spaces; `14` does not stand in `3.14`. Pure.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from embeddings.words import APOSTROPHES, INVISIBLE, MARKS, UNSPACED

_QUOTES = str.maketrans(
    {**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys("“”„«»", '"'), **dict.fromkeys(INVISIBLE)}
)
_PART_OF_WORD = rf"\w{MARKS}"


@dataclass(frozen=True, slots=True)
class Wording:
    """Phrases that a passage must hold, all of them, and those of which it must hold none."""

    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.phrases or self.excluded)

    def allows(self, text: str) -> bool:
        """Whether a passage's text holds all that it must, and nothing that it must not."""
        plain = normalise(text)
        return all(_compile(one).search(plain) for one in self.phrases) and not any(
            _compile(one).search(plain) for one in self.excluded
        )


NO_WORDING = Wording()


def normalise(text: str) -> str:
    """A text as phrases are looked for in it."""
    plain = unicodedata.normalize("NFKC", text.translate(_QUOTES)).translate(_QUOTES)
    return " ".join(plain.casefold().split())


@lru_cache(maxsize=256)
def _compile(phrase: str) -> re.Pattern[str]:
    plain = normalise(phrase)
    return re.compile(f"{_begin(plain[:1])}{re.escape(plain)}{_end(plain[-1:])}")


def _begin(first: str) -> str:
    if not _joins(first):
        return ""
    return rf"(?<![{_PART_OF_WORD}])" + (r"(?<!\d[.,:])" if first.isdecimal() else "")


def _end(last: str) -> str:
    if not _joins(last):
        return ""
    return rf"(?![{_PART_OF_WORD}])" + (r"(?![.,:]\d)" if last.isdecimal() else "")


def _joins(character: str) -> bool:
    """Whether another letter beside this one would make another word."""
    return re.match(r"\w", character) is not None and not UNSPACED.match(character)
