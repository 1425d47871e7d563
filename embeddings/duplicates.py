"""Repeats -> one passage: the first by date, then source, then position stands for the others.

Two passages are repeats when they are alike but for letter case, white space and punctuation
between words. A number, a name or a negation is a word, so passages that differ in one stay apart.
"""

import re
import unicodedata
from collections.abc import Sequence

from embeddings.records import Cut, Fold, Passage

# What stands between words. What belongs to one is kept: -5, 5%, £5, 1.5, C#, and the vowel signs
# of many scripts, which are no letters to a regular expression.
_BETWEEN = re.compile(
    r"""(?:[\s;!?"'“”„‘’«»‹›()\[\]{}|\\–—*•·_~`،؛؟۔।॥、。〈〉《》「」『』【】]"""
    r"""|(?<!\d)[.,:/]|[.,:/](?!\d)|(?<=\w)-|-(?!\d))+"""
)
_NO_DATE = "9999"


def fold_repeats(cuts: Sequence[Cut]) -> tuple[list[Passage], list[Fold]]:
    """The passages that stand for all, in the order of the documents, and the folded ones."""
    order = sorted(cuts, key=lambda cut: (cut.document.date or _NO_DATE, cut.document.source))
    standing: dict[str, Passage] = {}
    folds: list[Fold] = []
    for passage in (passage for cut in order for passage in cut.passages):
        key = normalize(passage.text)
        if key in standing:
            folds.append(Fold(passage, standing[key].id))
        else:
            standing[key] = passage
    return list(standing.values()), folds


def normalize(text: str) -> str:
    """The words of a text, case and punctuation aside; a text without words stands for itself."""
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip() or text
