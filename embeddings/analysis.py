"""Text -> terms, and BM25 weights: the one place where words become something to count.

A text is analysed in its language where that is one of `LANGUAGES`, and each of its terms begins
with it: `de:haus`. All other texts, English ones first, are analysed by script, and their terms
have no such beginning. So terms of two languages are never taken for each other, and a word that is
looked for in an index is analysed once for each language that the index holds.

BM25 in Lucene's form, without the constant factor k1 + 1 (Kamphuis et al., 2020, "Which BM25 do you
mean?"): weight = idf * tf / (tf + k1 * (1 - b + b * length / mean length)), with
idf = ln(1 + (N - df + 0.5) / (df + 0.5)). Any index holds these weights as they are given here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import log

import Stemmer

from embeddings.stop_words import ENGLISH, STOP_WORDS
from embeddings.words import find_words, fold_word, split_words

K1 = 0.5
B = 0.4

# English: keeper's, I'd, don't. The 't of Uzbek is a letter: o't.
_CLITIC = re.compile(r"['’ʼ](?:s|d|m|ll|re|ve)$|(?<![og])['’ʼ]t$", re.IGNORECASE)
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-z]")
_ARABIC = re.compile(r"[\u0620-\u06d3]")


@dataclass(frozen=True, slots=True)
class _Language:
    """How the words of a language become terms.

    `script` says which words the stemmer takes, `dropped` what an apostrophe parts from a word, and
    `letters` how folded letters are written for the stemmer.
    """

    script: re.Pattern[str]
    stemmer: str
    dropped: re.Pattern[str] | None = None
    letters: Mapping[int, int] = field(default_factory=dict)


_LANGUAGES = {
    "ar": _Language(_ARABIC, "arabic", letters=str.maketrans("یک", "يك")),
    "de": _Language(_LATIN, "german"),
    "es": _Language(_LATIN, "spanish"),
    "fa": _Language(_ARABIC, "persian"),
    "fr": _Language(_LATIN, "french", re.compile(r"^(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)['’]")),
    "it": _Language(
        _LATIN,
        "italian",
        re.compile(r"^(?:[cdlmstv]|(?:a|da|de|ne|su|que)ll|un|gl|dov|quest|com)['’]"),
    ),
    "nl": _Language(_LATIN, "dutch"),
    "pt": _Language(_LATIN, "portuguese"),
    "ru": _Language(_CYRILLIC, "russian"),
    # A case is parted from a name: Ankara'nın.
    "tr": _Language(
        _LATIN,
        "turkish",
        re.compile(
            r"['’](?:[ny]?[ıiuüae]|n?[ıiuü]n|n?[dt][ae]n?(?:ki)?|[yn]?l[ae]|l[ae]r\w*|s[ıiuü]\w*)$"
        ),
    ),
    "uk": _Language(_CYRILLIC, "russian", letters=str.maketrans("іє", "ие")),
    "uz": _Language(_CYRILLIC, "russian"),
}
LANGUAGES = tuple(_LANGUAGES)
"""ISO 639 codes of the languages, besides English, with an analysis of their own."""


def find_terms(text: str, language: str | None = None) -> list[str]:
    """The terms of a text in order: folded, without stop words, stemmed."""
    return [term for word in split_words(text) if (term := make_term(word, language))]


def find_tokens(text: str, language: str | None = None) -> Iterator[tuple[int, int, str]]:
    """Where the words of a text that have a term begin and end, and the term."""
    for start, end in find_words(text):
        if term := make_term(text[start:end], language):
            yield start, end, term


def make_term(word: str, language: str | None = None) -> str:
    """The term of a word; "" for a stop word."""
    return _make_own(word, language) if language in _LANGUAGES else _make_plain(word)


def mark_language(language: str) -> str:
    """The term that every text in one of `LANGUAGES` holds, so that an index counts them."""
    return f"{language}:"


def split_term(term: str) -> tuple[str, str]:
    """The language that a term begins with, "" where it has none, and the rest of it."""
    language, parted, rest = term.partition(":")
    return (language, rest) if parted and language in _LANGUAGES else ("", term)


@lru_cache(maxsize=1 << 16)
def _make_plain(token: str) -> str:
    folded = fold_word(_CLITIC.sub("", token))
    return "" if folded in ENGLISH else _stem_by_script(folded)


@lru_cache(maxsize=1 << 16)
def _make_own(token: str, language: str) -> str:
    own = _LANGUAGES[language]
    if own.dropped:
        token = own.dropped.sub("", token.casefold())
    folded = fold_word(_CLITIC.sub("", token))
    if not folded or folded in ENGLISH or folded in STOP_WORDS[language]:
        return ""
    if not own.script.search(folded):
        return mark_language(language) + _stem_by_script(folded)
    # Folded before, so that accents may be left out; and after, since a stemmer may put one in.
    spelt = folded.translate(own.letters)
    if language == "ar" and spelt.endswith("ه"):
        spelt = f"{spelt[:-1]}ة"  # mostly it is one, and either is an ending
    return mark_language(language) + fold_word(_stemmer(own.stemmer).stemWord(spelt))


def _stem_by_script(folded: str) -> str:
    if _LATIN.search(folded):
        return str(_stemmer("english").stemWord(folded))
    if _CYRILLIC.search(folded):
        return str(_stemmer("russian").stemWord(folded))
    return folded


@lru_cache(maxsize=16)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(language)


def inverse_document_frequency(count: int, frequency: int) -> float:
    """How much a term tells, among `count` passages of which `frequency` hold it."""
    return log(1 + (count - frequency + 0.5) / (frequency + 0.5))
