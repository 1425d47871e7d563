"""Do two passages say the same? Judged by the words in which they differ, one by one.

They do when at most a tenth of the words differ and none of those is a number, a negation, a date
or what may be a name: a word with a capital inside a sentence, and, where capitals tell nothing
(at the start of a sentence, in a text all in capitals, in Persian or Arabic), a word that no text
writes small. Nor may contrary words differ, one word for another throughout, or what stands in the
slot of a template; a slip of a letter in a known word tells nothing. In doubt two passages stay
apart: a repeat shown twice costs less than a statement that cannot be found.
"""

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from itertools import groupby, product

from rapidfuzz.distance import OSA, Levenshtein

from embeddings.decisive_words import are_opposite, is_decisive
from embeddings.stop_words import ENGLISH
from embeddings.wording import Wording, has_capital, has_case

FEWEST_WORDS = 12
"""Shorter passages are repeats only word for word: one word is too much of what they say."""

MOST_CHANGED = 0.1
_SHORTEST_SLIP = 3
# Words that are no name whatever their case. In a script without capitals any other may be one.
_FUNCTION_WORDS = ENGLISH | frozenset(
    """also yet still indeed quite rather however moreover furthermore meanwhile later earlier
    already
    almost even ever perhaps maybe really actually simply recently reportedly allegedly apparently
    nearly often usually soon thus therefore hence instead although though besides certainly
    clearly
    finally likewise mainly mostly much many namely otherwise probably somewhat together upon via
    whereas within would could should might shall
    а без бы в во вот все да для до если есть же за и из или их к как ко когда лишь между на
    над но о
    об однако он она они от очень по под при про с сам со так также там то того тоже только
    тут у уже
    чем что чтобы эта эти это этот я
    و در به از که این آن را با برای هم نیز تا بر یا اما است بود شد شده های می ها خود وی او آنها
    في من على إلى عن أن إن هذا هذه ذلك تلك التي الذي الذين كما قد كان كانت هو هي مع بين بعد
    قبل ثم أو
    اور کے کی کا کو سے میں پر نے ہے ہیں של את על עם גם הוא היא""".split()
)

Span = tuple[int, int]
Words = tuple[str, ...]
Slot = tuple[Words, Words]
"""A place in a sentence: the words before it and behind it."""


def say_the_same(
    one: Wording, other: Wording, common: Container[str], slots: Container[Slot] = frozenset()
) -> bool:
    """Whether one may stand for the other.

    `common` are words that are written small somewhere, `slots` the places of templates.
    """
    if max(len(one.words), len(other.words)) < FEWEST_WORDS:
        return one.folded == other.folded
    most = max(1, int(MOST_CHANGED * max(one.size, other.size) + 0.5))
    if Levenshtein.distance(one.folded, other.folded, score_cutoff=2 * most) > 2 * most:
        return False
    changed = 0
    replaced: Counter[tuple[Words, Words]] = Counter()
    for own, others in _find_differences(one.folded, other.folded):
        changed += max(own[1] - own[0], others[1] - others[0])
        if changed > most or _tells_apart(one, own, other, others, common):
            return False
        if pair := _find_replaced(one, own, other, others, common):
            replaced[pair] += 1
            if replaced[pair] > 1 and not set(pair[0]) & set(other.folded):
                return False  # the same word for the same word throughout: another subject
            if _find_slot(one, own) in slots or _find_slot(other, others) in slots:
                return False
    return True


def find_slots(
    one: Wording, other: Wording, common: Container[str]
) -> Iterator[tuple[Slot, Words]]:
    """Where two texts that say the same have different words of content, and these words."""
    for own, others in _find_differences(one.folded, other.folded):
        if pair := _find_replaced(one, own, other, others, common):
            for slot in {_find_slot(one, own), _find_slot(other, others)}:
                yield from ((slot, words) for words in pair)


def _find_slot(wording: Wording, span: Span) -> Slot:
    """The two words on either side."""
    words = wording.folded
    return tuple(words[max(0, span[0] - 2) : span[0]]), tuple(words[span[1] : span[1] + 2])


def _find_replaced(
    one: Wording, own: Span, other: Wording, others: Span, common: Container[str]
) -> tuple[Words, Words] | None:
    """The words of content that stand for each other; none where one is the other mistyped."""
    if own[0] == own[1] or others[0] == others[1]:
        return None
    mine, theirs = tuple(one.folded[slice(*own)]), tuple(other.folded[slice(*others)])
    if _FUNCTION_WORDS.issuperset((*mine, *theirs)):
        return None
    mistyped = _find_mistyped(one, own, other, others, common)
    return None if len(mistyped) == len(mine) == len(theirs) else (mine, theirs)


def _find_differences(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[Span, Span]]:
    """The stretches that differ; words that only run together or break apart do not: per cent."""
    for equal, group in groupby(Levenshtein.opcodes(one, other), key=lambda op: op.tag == "equal"):
        if equal:
            continue
        steps = list(group)
        own = steps[0].src_start, steps[-1].src_end
        others = steps[0].dest_start, steps[-1].dest_end
        joined = "".join(one[slice(*own)])
        if joined != "".join(other[slice(*others)]) or is_decisive(joined):
            yield own, others


def _tells_apart(
    one: Wording, own: Span, other: Wording, others: Span, common: Container[str]
) -> bool:
    """Whether numbers, negations, dates or names are not the same on both sides."""
    mistyped = _find_mistyped(one, own, other, others, common)
    left = [i for i in range(*own) if i - own[0] not in mistyped]
    right = [i for i in range(*others) if i - others[0] not in mistyped]
    mine, theirs = _find_telling(one, left, common), _find_telling(other, right, common)
    if _are_ordinary(other, others, theirs):
        mine = _forgive(one, mine)
    if _are_ordinary(one, own, mine):
        theirs = _forgive(other, theirs)
    if mine != theirs:
        return True
    pairs = product(one.folded[slice(*own)], other.folded[slice(*others)])
    return any(are_opposite(*pair) for pair in pairs)


def _find_mistyped(
    one: Wording, own: Span, other: Wording, others: Span, common: Container[str]
) -> set[int]:
    """The places, inside both spans, of words of which one is the other with a slip of a letter."""
    if own[1] - own[0] != others[1] - others[0]:
        return set()
    return {
        i - own[0]
        for i, j in zip(range(*own), range(*others), strict=True)
        if _are_slips(one.folded[i], other.folded[j], common)
        and not _may_be_name(one, i)
        and not _may_be_name(other, j)
    }


def _are_slips(word: str, other: str, common: Container[str]) -> bool:
    """Whether a letter is lost, doubled or out of its place in one, and the other is a known word.

    A name, that no text writes small, is not known; another letter in its place may be another
    word, and so may a first letter or one at the end.
    """
    return (
        min(len(word), len(other)) >= _SHORTEST_SLIP
        and (word in common) != (other in common)
        and word[0] == other[0]
        and (len(word) != len(other) or sorted(word) == sorted(other))
        and word.isalpha()
        and other.isalpha()
        and not is_decisive(word)
        and not is_decisive(other)
        and OSA.distance(word, other, score_cutoff=1) == 1
    )


def _may_be_name(wording: Wording, i: int) -> bool:
    """Whether a capital or the joints of an address show it."""
    shown = wording.tells_names and has_capital(wording.words[i]) and not wording.opening[i]
    return wording.joined[i] or shown


def _find_telling(wording: Wording, places: Sequence[int], common: Container[str]) -> list[str]:
    return [wording.folded[i] for i in places if _is_telling(wording, i, common)]


def _is_telling(wording: Wording, i: int, common: Container[str]) -> bool:
    word, folded = wording.words[i], wording.folded[i]
    if is_decisive(folded) or wording.joined[i] or not word.isalpha():
        return True
    if folded in _FUNCTION_WORDS:
        return False
    if len(word) == 1:
        return True
    if wording.tells_names and has_case(word):
        if not has_capital(word):
            return False
        if not wording.opening[i]:
            return True
    return folded not in common


def _are_ordinary(wording: Wording, span: Span, telling: Sequence[str]) -> bool:
    """Whether words stand there, all of them small where a name would have a capital."""
    small = all(wording.words[i].islower() for i in range(*span))
    return wording.tells_names and span[0] < span[1] and small and not telling


def _forgive(wording: Wording, telling: list[str]) -> list[str]:
    """In a text without capitals, or of capitals, what stands for ordinary words is ordinary."""
    if wording.tells_names:
        return telling
    return [w for w in telling if is_decisive(w) or not (w.isalpha() and has_case(w))]
