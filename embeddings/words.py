"""What a word is, in any script: where it begins and ends, and what is alike when it is searched.

Python's `\\w` leaves out combining marks, without which Hindi, Thai and vocalised Arabic fall
apart. Scripts that write without spaces fall into pairs of neighbouring characters, which overlap,
so that any word of theirs is found.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby, pairwise


def _find_marks() -> str:
    """The combining marks of Unicode as ranges for a regular expression."""
    marks = [code for code in range(0x300, 0x1F000) if unicodedata.category(chr(code))[0] == "M"]
    runs = [
        [c for _, c in run] for _, run in groupby(enumerate(marks), lambda pair: pair[1] - pair[0])
    ]
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs) + "\U000e0100-\U000e01ef"


MARKS = _find_marks()
# Where a line may break, how letters join, which way they run: inside a word, and no part of it.
INVISIBLE = "\u00ad\u200b\u200d\u200e\u200f\u2060\ufeff"
APOSTROPHES = "'’‘‛`´＇"
ARABIC = "\u0600-\u06ff"

WORD = re.compile(rf"\w[\w{MARKS}{INVISIBLE}]*")
"""One word, or a run of characters of a script that writes without spaces."""

# A number with its separators stays whole, and so does a word with apostrophes: don't, to'g'ri. In
# Arabic script the non-joiner parts a stem from its endings, elsewhere it only shapes the letters.
_RUN = re.compile(
    rf"\d+(?:[.,:٫٬]\d+)+"
    rf"|{WORD.pattern}(?:(?:[{APOSTROPHES}](?=\w)|(?<![{ARABIC}])\u200c)[\w{MARKS}{INVISIBLE}]+)*"
)
# Thai, Lao, Burmese and Khmer; Japanese; Chinese.
_WITHOUT_SPACES = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1050-\u109f\u1780-\u17d3"
    "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
UNSPACED = re.compile(f"[{_WITHOUT_SPACES}]")
"""A character of a script that writes without spaces."""

_STRETCH = re.compile(
    f"([{_WITHOUT_SPACES}][{_WITHOUT_SPACES}{MARKS}{INVISIBLE}]*)|[^{_WITHOUT_SPACES}]+"
)
# With its marks. The vowel am of Thai and Lao counts as one, in one code point or in two.
_AM = "\u0e4d\u0e32|\u0ecd\u0eb2"
_MARK = rf"(?!{_AM})[{MARKS}{INVISIBLE}\uff9e\uff9f]"
_CHARACTER = re.compile(rf"(?:{_AM}|(?!{_MARK}).)(?:{_MARK})*")

# Marks that a writer may leave out: those of Latin, Greek and Cyrillic letters, the vowel points of
# Arabic and Hebrew. A vowel sign of Hindi or Thai is as good as a letter.
_LEFT_OUT = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff"
    f"\u200c\u02b9\u02bb-\u02bf\u02c8{INVISIBLE}{APOSTROPHES}]"
)
# Letters that do not come apart, and the same letter as Arabic and Persian keyboards write it.
_LETTERS = str.maketrans("đøłıħŧيىكةہ٫٬", "dolihtییکهه.,")


def find_words(text: str) -> Iterator[tuple[int, int]]:
    """Where words begin and end; in scripts without spaces, pairs of characters."""
    for run in _RUN.finditer(text):
        if run.group().isascii() or not UNSPACED.search(run.group()):
            yield run.span()
            continue
        for stretch in _STRETCH.finditer(text, *run.span()):
            if stretch.group(1) is None:
                yield stretch.span()
            else:
                yield from _pair_up([c.span() for c in _CHARACTER.finditer(text, *stretch.span())])


def split_words(text: str) -> list[str]:
    """The words that `find_words` finds, which is quick where no script is without spaces."""
    if text.isascii() or not UNSPACED.search(text):
        return _RUN.findall(text)
    return [text[start:end] for start, end in find_words(text)]


def _pair_up(characters: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    if len(characters) == 1:
        yield characters[0]
    for one, following in pairwise(characters):
        yield one[0], following[1]


def fold_word(word: str) -> str:
    """A word as it is searched: case, diacritics, vowel points and apostrophes aside, digits 0-9.

    й is no и with a mark, and Russian endings are known by it.
    """
    folded = word.casefold()
    if folded.isascii():
        return folded.replace("'", "").replace("`", "")
    decomposed = unicodedata.normalize("NFKD", folded).replace("и\u0306", "й")
    plain = unicodedata.normalize("NFC", _LEFT_OUT.sub("", decomposed)).translate(_LETTERS)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)
