"""Names that a corpus spells in several ways: "Mullah Omar" and "Mulla Umar", "Al-Qaida".

Two names are the same where they differ only as writers of another alphabet differ: each word has
the same consonants by sound, and vowels put for each other; an article is put or left out. Names
rather stay apart than come together wrongly.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise

from rapidfuzz.distance import OSA

from embeddings.stop_words import ENGLISH, STOP_WORDS
from embeddings.words import fold_word

Words = tuple[str, ...]

_ARTICLES = frozenset("al el ul Al El Ul ad an ar as at ud un ur us ut".split())
_KIN_WORDS = ("bin", "ibn", "bint", "abu", "umm")
# As a name is written, not an abbreviation: a small letter after the first, and no other capital.
_SMALL = r"[^\W\d_A-Z]"
_WORD = rf"[A-Z]['’ʻʼ‘]?{_SMALL}++(?:['’ʻʼ‘](?!s\b){_SMALL}++)*+(?!\w)"
# An article before a hyphen may be any of them; others are words of English too.
_ARTICLE = r"(?:(?:[Aa]l|[Ee]l|[Uu]l)[ -]|(?:a[dnrst]|u[dnrst])-)"
_KIN = rf"(?:(?:{'|'.join(_KIN_WORDS)})[ -])"
_RUN = re.compile(
    rf"(?<![\w’'.-])(?:{_ARTICLE}|{_KIN})?{_WORD}(?:[ -](?:{_ARTICLE}|{_KIN})?{_WORD})*+"
)
_PART = re.compile(r"[^ -]+")
_LOWER = re.compile(r"(?<![\w’'.-])[a-z]{4,}(?![\w’'-])")
_NO_NAMES = ENGLISH.union(*STOP_WORDS.values(), _ARTICLES) - {*_KIN_WORDS}
_SHORTEST = 4
_SHORTEST_ALONE = 5
_ORDINARY = 2
_MOST_SLIPS = 2
_MOST_SPELLINGS = 30

_SOUNDS = {
    **{"kh": "k", "gh": "g", "dh": "d", "ph": "f", "ck": "k", "zh": "j", "dj": "j"},
    **{"q": "k", "v": "w", "x": "ks"},
}
_SOUND = re.compile("|".join(_SOUNDS) + r"|c(?![ehiy])")
_DOUBLED = re.compile(r"([^aeiouy])\1+")
_SILENT = re.compile(r"(?<=a)[ht]$")
_VOWELS = re.compile(r"[aeiouy]+")
_CONSONANT = re.compile(r"[^aeiouy]")
_ALIKE = {
    vowels: sounds
    for line, sounds in (
        ("a aa", "a"),
        ("e", "ai"),
        ("i y ee ie ii ai ae ay ei ey", "i"),
        ("o u oo ou uu", "u"),
    )
    for vowels in line.split()
}


def find_spellings(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of names, as they stand, of which one is another spelling of the other."""
    names: dict[Words, str] = {}
    ordinary: Counter[str] = Counter()
    for text in texts:
        ordinary.update(_LOWER.findall(text))
        for words, written in _find_names(text):
            names[words] = min(written, names.get(words, written))
    common = frozenset(word for word, count in ordinary.items() if count >= _ORDINARY)
    sounding: dict[Words, list[Words]] = defaultdict(list)
    for words in names:
        sounding[_sound_all(words)].append(words)
    for sound, spellings in sorted(sounding.items()):
        if sound and 1 < len(spellings) <= _MOST_SPELLINGS:
            for one, other in combinations(sorted(spellings), 2):
                if _are_same(one, other, common):
                    yield names[one], names[other]


def _find_names(text: str) -> Iterator[tuple[Words, str]]:
    """Each two words of a name that follow each other, and one after an article, folded."""
    for run in _RUN.finditer(text):
        name = run.group()
        parts = list(_PART.finditer(name))
        words = [fold_word(part.group()) for part in parts]
        places = [i for i, part in enumerate(parts) if part.group() not in _ARTICLES]
        own = frozenset(places)
        spans = [*pairwise(places), *((i - 1, i) for i in places if i and i - 1 not in own)]
        for first, last in spans:
            if any(words[i] in _NO_NAMES for i in (first, last) if i in own):
                continue
            yield (
                tuple(words[first : last + 1]),
                name[parts[first].start() : parts[last].end()],
            )


def _sound_all(words: Words) -> Words:
    """The consonants of a name's words by sound; nothing for one that is too short."""
    own = [word for word in words if word not in _ARTICLES]
    if len(own) < len(words) and len(own) == 1 and len(own[0]) < _SHORTEST_ALONE:
        return ()
    kind = "article" if len(own) == 1 else "pair"
    return (kind, *("".join(_CONSONANT.findall(_hear(word))) for word in own))


def _hear(word: str) -> str:
    heard = _SOUND.sub(lambda match: _SOUNDS.get(match.group(), "k"), word)
    return _SILENT.sub("", _DOUBLED.sub(r"\1", heard))


def _are_same(one: Words, other: Words, common: frozenset[str]) -> bool:
    ours, theirs = ([w for w in words if w not in _ARTICLES] for words in (one, other))
    return all(
        mine == yours or (_are_spellings(mine, yours) and not {mine, yours} <= common)
        for mine, yours in zip(ours, theirs, strict=True)
    )


def _are_spellings(one: str, other: str) -> bool:
    """Whether two words of the same consonants are one word spelt by two writers."""
    if min(len(one), len(other)) < _SHORTEST or not (one + other).isascii():
        return False
    if OSA.distance(one, other, score_cutoff=_MOST_SLIPS) > _MOST_SLIPS:
        return False
    *inner, (last, end) = zip(
        *(_CONSONANT.split(_hear(word)) for word in (one, other)), strict=True
    )
    if last != end and {last, end} != {"i", "y"}:
        return False
    return all(
        mine == yours or set(_ALIKE.get(mine, "")) & set(_ALIKE.get(yours, ""))
        for mine, yours in inner
    )
