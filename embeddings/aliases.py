"""Names that the corpus itself says are the same: "Islamic Jihad Union (IJU)", "(also known as …)".

A definition is an abbreviation in parentheses after the words it stands for, found by Schwartz and
Hearst's rule (PSB 2003): its letters appear in order in those words, the first at a word's start.
Other spellings of a name are found by `transliteration.py`. A passage that holds one name of a
group is then found by the words of the others too.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from embeddings.analysis import find_terms
from embeddings.transliteration import find_spellings

_DEFINITION = re.compile(r"\(([A-Z][\w&.-]{1,9})\)")
_ALSO_KNOWN = re.compile(
    r"(?<!\w)((?:[A-Z][\w’'-]{1,60}\s+)"
    r"(?:(?:[A-Z][\w’'-]{1,60}|al|of|the|for|wal|and|ul|el)\s+){1,6})"
    r"\(also known as (?:the )?([A-Z][^()]{3,60})\)"
)
_WORD = re.compile(r"[\w’'&.-]+")
_LEAST_CAPITALS = 2

Name = tuple[str, ...]
"""A name as its terms, in order."""

_Pair = tuple[Name, Name]
_Named = dict[str, list[tuple[Name, frozenset[Name]]]]


def find_aliases(texts: Sequence[str]) -> list[frozenset[str]]:
    """Groups of names that stand for the same thing, each with two names or more."""
    written: dict[Name, str] = {}
    defined = _pair_names(
        (pair for text in texts for pair in (*_find_abbreviations(text), *_find_other_names(text))),
        written,
    )
    spelt = _pair_names(find_spellings(texts), written)
    groups = _group(sorted({*_drop_ambiguous(sorted(defined)), *spelt}))
    return [frozenset(written[name] for name in group) for group in groups]


def _pair_names(found: Iterable[tuple[str, str]], written: dict[Name, str]) -> set[_Pair]:
    """Pairs of different names as their terms; `written` says how each is written."""
    pairs: set[_Pair] = set()
    for pair in found:
        one, other = (tuple(find_terms(name)) for name in pair)
        if one and one != other and len(other) > 1:
            pairs.add((one, other))
            for name, form in zip((one, other), pair, strict=True):
                plain = " ".join(form.split())
                written[name] = min(plain, written.get(name, plain))
    return pairs


class OtherNames:
    """Finds what else the things that a text names are called."""

    def __init__(self, groups: Sequence[frozenset[str]]) -> None:
        self._groups = groups
        self._known: dict[str | None, _Named] = {}

    def find(self, terms: Sequence[str], language: str | None) -> list[Name]:
        """The other names, as terms, of what a text names that was analysed in this language."""
        by_first = self._analyse(language)
        held = {
            (name, names)
            for i, term in enumerate(terms)
            for name, names in by_first.get(term, ())
            if tuple(terms[i : i + len(name)]) == name
        }
        own = {name for name, _ in held}
        return sorted({other for _, names in held for other in names} - own)

    def expand(self, terms: Sequence[str], language: str | None) -> list[str]:
        """The terms of a text, with those that only its other names have behind them."""
        others = {term for name in self.find(terms, language) for term in name}
        return [*terms, *sorted(others - set(terms))]

    def _analyse(self, language: str | None) -> _Named:
        """The names by their first term, each with its group, as the language has them."""
        if language not in self._known:
            by_first: _Named = defaultdict(list)
            for group in self._groups:
                names = frozenset(tuple(find_terms(name, language)) for name in group) - {()}
                for name in names:
                    by_first[name[0]].append((name, names))
            self._known[language] = by_first
        return self._known[language]


def _find_abbreviations(text: str) -> Iterator[tuple[str, str]]:
    for match in _DEFINITION.finditer(text):
        short = match.group(1)
        if sum(character.isupper() for character in short) < _LEAST_CAPITALS:
            continue
        most = min(len(short) + 5, 2 * len(short))
        words = list(_WORD.finditer(text, max(0, match.start() - 200), match.start()))[-most:]
        if words and (start := _match_letters(text, short, words)) is not None:
            yield short, text[start : match.start()]


def _match_letters(text: str, short: str, words: Sequence[re.Match[str]]) -> int | None:
    """Where the long form begins: the letters of the short one, backwards through the words."""
    place = words[-1].end() - 1
    starts = {word.start() for word in words}
    letters = [character.lower() for character in short if character.isalnum()]
    for i in range(len(letters) - 1, -1, -1):
        while place >= words[0].start() and not (
            text[place].lower() == letters[i] and (i > 0 or place in starts)
        ):
            place -= 1
        if place < words[0].start():
            return None
        place -= 1
    return place + 1


def _find_other_names(text: str) -> Iterator[tuple[str, str]]:
    for match in _ALSO_KNOWN.finditer(text):
        yield match.group(1), match.group(2)


def _drop_ambiguous(pairs: Iterable[_Pair]) -> Iterator[_Pair]:
    """A short name whose long ones share no word means different things: it is left alone."""
    longs: dict[Name, list[Name]] = defaultdict(list)
    for short, long in pairs:
        longs[short].append(long)
    for short, names in longs.items():
        if all(set(one) & set(other) for one in names for other in names):
            yield from ((short, name) for name in names)


def _group(pairs: Sequence[_Pair]) -> list[frozenset[Name]]:
    """Pairs that share a name belong together."""
    group_of: dict[Name, set[Name]] = {}
    for one, other in pairs:
        merged = group_of.get(one, {one}) | group_of.get(other, {other})
        for name in merged:
            group_of[name] = merged
    return sorted({frozenset(group) for group in group_of.values()}, key=sorted)
