"""Text -> the words it is compared by: case, white space, quotes and punctuation aside.

A number keeps its sign, its currency and its separators. What a word weighs is not judged here.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from embeddings.words import APOSTROPHES, ARABIC, INVISIBLE, MARKS

# What stands between words. What belongs to one is kept: -5, 5%, £5, 1.5, C#, and the vowel signs
# of many scripts, which are no letters to a regular expression. The non-joiner parts Persian stems
# from their endings, and shows the negation: نمی‌رود. So does the mark of !ready and of != in code.
_BETWEEN = re.compile(
    r"""((?:[\s;?"'“”„‘’«»‹›()\[\]{}|\\–—*•·_~`،؛؟۔।॥、。〈〉《》「」『』【】]"""
    rf"""|(?<!\d)[.,:/]|[.,:/](?!\d)|(?<=[\w{MARKS}])-|(?<=[{ARABIC}])\u200c|-(?!\d)"""
    r"""|!(?![\w=(])|(?<=\w)!(?!=))+)"""
)
_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))
# The letters oʻ and gʻ of Uzbek are written with many signs: to'rt, toʻrt, to‘rt.
_UZBEK = re.compile(rf"[{APOSTROPHES}ʼ](?<=[og].)(?=[a-z])(?!(?:s|d|m|ll|re|ve)\b)", re.IGNORECASE)
# 10² is not 102, and 5½ not 51/2.
_RAISED = re.compile(r"(?<=\d)(?=[⁰¹²³⁴-⁹₀-₉¼-¾⅐-⅞])")
_SHORT_NOT = re.compile(r"n['’]t\b|(?<=\bcan)not\b", re.IGNORECASE)
# After one of these a capital says nothing. An abbreviated title is no end: "Mr. Brown".
_OPENING = re.compile(r"""[.!?…:;"“”„«»‹()\[{|*•—–؟।。]|\n\s*\n""")
# Between the parts of one name, or behind it: a.example/b, tar.gz, f_name, IO::File, open().
_JOINT = re.compile(r"[._/:@\\]+")
_CALL = "()"
_TITLE = re.compile(r"[^\W\d_]{1,4}")
# Of the words with case, the largest share of capitals in a text whose capitals mark names.
_MOST_CAPITALS = 0.5


def normalize(text: str) -> str:
    """The words of a text, case and punctuation aside; a text without words stands for itself."""
    return _BETWEEN.sub(" ", _compose(text).casefold()).strip() or text


def _compose(text: str) -> str:
    apart = _RAISED.sub(" ", _UZBEK.sub("ʻ", text))
    return unicodedata.normalize("NFKC", apart).translate(_INVISIBLE)


@dataclass(frozen=True)
class Wording:
    """The words of one text in order, as written.

    `opening[i]`: word i opens a sentence, a quote or a bracket; `joined[i]`: it is part of an
    address, a path or an identifier. `size` is the number of words as white space parts them.
    """

    words: tuple[str, ...]
    opening: tuple[bool, ...]
    joined: tuple[bool, ...]
    size: int

    @classmethod
    def of(cls, text: str) -> "Wording":
        """Take a text apart. "didn't" is "did not" here."""
        words, gaps = _split(_SHORT_NOT.sub(" not", _compose(text)))
        joints = [_JOINT.fullmatch(gap) is not None for gap in gaps]
        before, behind = [False, *joints], [*joints, False]
        called = [*(gap.startswith(_CALL) for gap in gaps), False]
        return cls(
            words=tuple(words),
            opening=(True, *map(_opens, words, gaps))[: len(words)],
            joined=tuple(map(any, zip(before, behind, called, strict=True)))[: len(words)],
            size=max(len(words), len(text.split())),
        )

    @cached_property
    def folded(self) -> list[str]:
        """The words without their case."""
        return [word.casefold() for word in self.words]

    @cached_property
    def tells_names(self) -> bool:
        """Whether a capital means something here: not all words have one, and not none."""
        cased = [word for word in self.words if has_case(word)]
        capitals = sum(has_capital(word) for word in cased)
        return 0 < capitals <= _MOST_CAPITALS * len(cased)


def _split(text: str) -> tuple[list[str], list[str]]:
    """The words, and what stands between them."""
    parts = _BETWEEN.split(text)
    if not parts[0]:
        parts = parts[2:]
    if parts and not parts[-1]:
        parts = parts[:-2]
    return parts[::2], parts[1::2]


def _opens(before: str, gap: str) -> bool:
    is_title = gap == ". " and before[0].isupper() and _TITLE.fullmatch(before)
    return not is_title and _OPENING.search(gap) is not None


def has_case(word: str) -> bool:
    """Whether the word is of a script with capitals: Persian, Arabic and Chinese have none."""
    return word.lower() != word.upper()


def has_capital(word: str) -> bool:
    return word != word.lower()
