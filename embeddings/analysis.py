"""Text -> terms, and BM25 weights: the one place where words become something to count.

BM25 in Lucene's form, without the constant factor k1 + 1 (Kamphuis et al., 2020, "Which BM25 do you
mean?"): weight = idf * tf / (tf + k1 * (1 - b + b * length / mean length)), with
idf = ln(1 + (N - df + 0.5) / (df + 0.5)). Any index holds these weights as they are given here.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import log

import numpy as np
import Stemmer

from embeddings.records import Numbers, Postings
from embeddings.words import find_words, fold_word

K1 = 0.5
B = 0.4

# English: keeper's, I'd, don't. The 't of Uzbek is a letter: o't.
_CLITIC = re.compile(r"['’ʼ](?:s|d|m|ll|re|ve)$|(?<![og])['’ʼ]t$", re.IGNORECASE)
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-z]")

STOP_WORDS = frozenset(
    """a about after again against all also am an and any are aren as at be because been before
    being below between both but by can cannot could couldn did didn do does doesn doing
    don down during each few for from further had hadn has hasn have haven having he her
    here hers herself him himself his how i if in into is isn it its itself just ll me
    more most mustn my myself no nor not now of off on once only or other ought our ours
    ourselves out over own re s same shan she should shouldn so some such t than that the
    their theirs them themselves then there these they this those through to too under
    until up ve very was wasn we were weren what when where which while who whom why will
    with won would wouldn you your yours yourself yourselves""".split()
)


def find_terms(text: str) -> list[str]:
    """The terms of a text in order: folded, without stop words, stemmed by script."""
    return [term for _, _, term in find_tokens(text)]


def find_tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the words of a text that have a term begin and end, and the term."""
    for start, end in find_words(text):
        if term := _make_term(text[start:end]):
            yield start, end, term


@lru_cache(maxsize=1 << 16)
def _make_term(token: str) -> str:
    folded = fold_word(_CLITIC.sub("", token))
    if folded in STOP_WORDS:
        return ""
    if _LATIN.search(folded):
        return str(_stemmer("english").stemWord(folded))
    if _CYRILLIC.search(folded):
        return str(_stemmer("russian").stemWord(folded))
    return folded


@lru_cache(maxsize=4)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(language)


def inverse_document_frequency(count: int, frequency: int) -> float:
    """How much a term tells, among `count` passages of which `frequency` hold it."""
    return log(1 + (count - frequency + 0.5) / (frequency + 0.5))


def weigh_terms(texts: Iterable[Sequence[str]]) -> Postings:
    """BM25 weights of the terms of n texts; a text's number is its place."""
    slots: dict[str, int] = {}
    terms, numbers, frequencies = array("q"), array("q"), array("q")
    lengths = array("q")
    for number, text in enumerate(texts):
        lengths.append(len(text))
        for term, frequency in Counter(text).items():
            terms.append(slots.setdefault(term, len(slots)))
            numbers.append(number)
            frequencies.append(frequency)
    return _pack(
        slots, np.array(terms), np.array(numbers), np.array(frequencies), np.array(lengths)
    )


def _pack(
    slots: dict[str, int], terms: Numbers, numbers: Numbers, frequencies: Numbers, lengths: Numbers
) -> Postings:
    """Occurrences (term, number, frequency), numbers ascending -> postings by sorted term."""
    names = sorted(slots)
    place = np.empty(len(names), dtype=np.int64)
    place[[slots[name] for name in names]] = np.arange(len(names))
    order = np.argsort(place[terms], kind="stable")
    sizes = np.bincount(place[terms], minlength=len(names)).astype(np.int64)
    idf = np.array([inverse_document_frequency(len(lengths), int(size)) for size in sizes])
    norms = K1 * (1 - B + B * lengths / max(1.0, lengths.mean() if len(lengths) else 1.0))
    weights = np.repeat(idf, sizes) * (frequencies / (frequencies + norms[numbers]))[order]
    return Postings(
        terms=names,
        offsets=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        numbers=numbers[order].astype(np.int32),
        weights=weights.astype(np.float32),
    )
