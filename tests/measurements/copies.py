"""Copies of a text that say the same in other words or another form, and copies that do not.

Each maker takes the text's pieces (words as written, with their punctuation) and a random source,
and gives the copy, or None where the text has nothing to change. What says the same changes a tenth
of the words and leaves alone numbers, dates, negations and words with a capital: to change those is
to say something else.
"""

import random
import re
import textwrap
from collections.abc import Callable, Sequence

from embeddings.decisive_words import is_decisive
from embeddings.stop_words import ENGLISH

Make = Callable[[Sequence[str], random.Random], list[str] | None]
Finish = Callable[[str, random.Random], str]

NAMES = ("Okonkwo", "Halvorsen", "Tashkent", "Pereira", "Lindqvist", "Mbeki", "Yamada", "Oslo")
_INSERTED = ("also", "then", "just", "quite", "indeed", "and", "that", "so", "still", "now")
_SWAPPED = (
    *(
        "matter",
        "group",
        "report",
        "place",
        "people",
        "large",
        "recent",
        "various",
        "local",
        "area",
    ),
    *("made", "given", "shown", "taken", "called", "mainly", "often", "clear", "common", "several"),
)
_AUXILIARY = frozenset("is are was were has had have will would can could did does do".split())
_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"[A-ZА-Я][a-zа-я]{2,}")
_ENDS = re.compile(r"[.!?…:;\"“”«»()\[\]|*•—–]$")


def _is_plain(piece: str) -> bool:
    word = piece.strip(".,;")
    return word.islower() and bool(_WORD.fullmatch(word)) and not is_decisive(word)


def _choose(pieces: Sequence[str], chance: random.Random, fewest: int, share: float) -> list[int]:
    plain = [
        i
        for i, piece in enumerate(pieces)
        if _is_plain(piece) and len(piece.strip(".,;")) >= fewest and piece not in ENGLISH
    ]
    return chance.sample(plain, min(len(plain), max(1, int(share * len(pieces)))))


def swap(pieces: Sequence[str], chance: random.Random, share: float = 0.1) -> list[str] | None:
    """Other words in the place of a tenth."""
    changed = list(pieces)
    for i in _choose(pieces, chance, 3, share):
        changed[i] = _WORD.sub(chance.choice(_SWAPPED), pieces[i])
    return changed if changed != list(pieces) else None


def drop(pieces: Sequence[str], chance: random.Random, share: float = 0.1) -> list[str] | None:
    """A tenth of the words left out."""
    gone = set(_choose(pieces, chance, 1, share))
    return [piece for i, piece in enumerate(pieces) if i not in gone] if gone else None


def insert(pieces: Sequence[str], chance: random.Random, share: float = 0.1) -> list[str] | None:
    """A tenth more words, short ones."""
    changed = list(pieces)
    for _ in range(max(1, int(share * len(pieces)))):
        changed.insert(chance.randint(1, len(changed)), chance.choice(_INSERTED))
    return changed


def mistype(pieces: Sequence[str], chance: random.Random, share: float = 0.1) -> list[str] | None:
    """A letter lost, doubled or changed place with the next in a tenth of the words."""
    changed = list(pieces)
    for i in _choose(pieces, chance, 4, share):
        word, at = pieces[i], chance.randrange(1, len(pieces[i].rstrip(".,;")) - 1)
        ways = (word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:])
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        changed[i] = chance.choice((*ways, swapped))
    return changed if changed != list(pieces) else None


def mix(pieces: Sequence[str], chance: random.Random) -> list[str] | None:
    """A tenth of the words changed in all four ways."""
    if len(pieces) < 40:
        return chance.choice((swap, drop, insert, mistype))(pieces, chance)
    changed = list(pieces)
    for make in (swap, drop, mistype, insert):
        changed = make(changed, chance, 0.024) or changed
    return changed


def keep(pieces: Sequence[str], chance: random.Random) -> list[str] | None:
    return list(pieces)


def change_number(pieces: Sequence[str], chance: random.Random) -> list[str] | None:
    found = [i for i, piece in enumerate(pieces) if any(c.isdecimal() for c in piece)]
    if not found:
        return None
    i = chance.choice(found)
    digits = [at for at, c in enumerate(pieces[i]) if c.isdecimal()]
    at = chance.choice(digits)
    other = str((int(pieces[i][at]) + chance.randrange(1, 9)) % 10)
    return _put(pieces, i, pieces[i][:at] + other + pieces[i][at + 1 :])


def change_name(pieces: Sequence[str], chance: random.Random) -> list[str] | None:
    """Another name in the place of one inside a sentence."""
    found = [
        i
        for i in range(1, len(pieces))
        if _NAME.search(pieces[i]) and not _ENDS.search(pieces[i - 1])
    ]
    if not found:
        return None
    i = chance.choice(found)
    return _put(pieces, i, _NAME.sub(chance.choice(NAMES), pieces[i], count=1))


def change_negation(pieces: Sequence[str], chance: random.Random) -> list[str] | None:
    """A "not" taken away, or put where there is none."""
    words = [piece.lower() for piece in pieces]
    if "not" in words:
        i = words.index("not")
        return [*pieces[:i], *pieces[i + 1 :]]
    found = [i for i, word in enumerate(words) if word in _AUXILIARY]
    if not found:
        return None
    i = chance.choice(found)
    if chance.random() < 0.3 and words[i] not in ("can", "will"):
        return _put(pieces, i, f"{pieces[i]}n’t")
    return [*pieces[: i + 1], "not", *pieces[i + 1 :]]


def _put(pieces: Sequence[str], i: int, piece: str) -> list[str]:
    return [*pieces[:i], piece, *pieces[i + 1 :]]


def plain(text: str, chance: random.Random) -> str:
    return text


def wrap(text: str, chance: random.Random) -> str:
    """Lines of another width, now and then with an indent."""
    return textwrap.fill(
        text, chance.randrange(40, 90), subsequent_indent=chance.choice(("", "  "))
    )


def quote(text: str, chance: random.Random) -> str:
    """Other quotation marks, and the whole in a pair of them."""
    left, right = chance.choice(("«»", "“”", '""', "„“"))
    text = re.sub(r'["“”«»„]', right, text).replace("'", "’")
    return f"{left}{text}{right}"


def recase(text: str, chance: random.Random) -> str:
    return chance.choice((str.upper, str.lower, str.title))(text.replace("'", "’"))


def do_all(text: str, chance: random.Random) -> str:
    return wrap(quote(recase(text, chance), chance), chance)


SAME: dict[str, tuple[Make, Finish]] = {
    "words swapped": (swap, plain),
    "words dropped": (drop, plain),
    "words inserted": (insert, plain),
    "words mistyped": (mistype, plain),
    "wrapped anew": (keep, wrap),
    "case changed": (keep, recase),
    "quotes changed": (keep, quote),
    "all words' ways mixed": (mix, plain),
    "mixed, wrapped, quoted, case changed": (mix, do_all),
}
OTHER: dict[str, tuple[Make, Finish]] = {
    "a number changed": (change_number, plain),
    "a name changed": (change_name, plain),
    "a negation added or removed": (change_negation, plain),
    "a number changed, case too": (change_number, recase),
    "a name changed, case too": (change_name, recase),
    "a negation changed, case too": (change_negation, recase),
}
