"""Text -> sentences, with offsets, in the languages that sentencex knows and in most others.

sentencex finds the ends; what it takes for an end and no reader does is undone here, and the ends
that it leaves out inside quotations and behind brackets are put in.
"""

import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

from embeddings.records import Span

_QUOTES = '"“”„«»‹›'
_NO_QUOTES = str.maketrans(_QUOTES, " " * len(_QUOTES))
_CLOSING = re.compile(r"""["”»›’')\]]*(?:\s*[”»›])?""")
_END = ".!?…؟۔।。"
# Ends that sentencex leaves out: three dots, and a whole sentence in brackets.
_LEFT_OUT = re.compile(
    rf"…(?=\s+\S)|(?:\A|(?<=[{_END}]\s))[(\[][^()\[\]]*[{_END}]\s*[)\]](?=\s+\S)"
)
_NEXT = re.compile(r"\s*(?:[—–-]\s*)?(\S)")
_LETTER = re.compile(r"[^\W\d_]")
# "M. Dupont", and in a script without capitals "ه.ش."
_INITIAL = re.compile(r"(?<![^\W_])[^\W\d_]\.\Z")
_BEFORE_NUMBER = re.compile(
    r"\b(?:vols?|arts?|ch|pt|secs?|app|nrs?|стр|рис|табл|ст|гл|илл?|m\.ö|m\.s)\.\Z", re.IGNORECASE
)
_LONGEST_ABBREVIATION = 8


def find_sentences(text: str, language: str | None) -> list[Span]:
    """The sentences of a text, those inside a quotation too, without the white space around them.

    sentencex takes a whole quotation for one sentence, so it is shown the text without the marks.
    """
    language = language or "en"
    spans = []
    start = 0
    for end in [*_find_ends(text, language), len(text)]:
        raw = text[start:end]
        if stripped := raw.strip():
            first = start + raw.index(stripped)
            spans.append(Span(first, first + len(stripped)))
        start = end
    return spans


def _find_ends(text: str, language: str) -> Iterator[int]:
    """Where sentences end, the last one aside; a number or a mark alone goes with its neighbour."""
    plain = text.translate(_NO_QUOTES)
    found = {boundary["start_index"] for boundary in get_sentence_boundaries(language, plain)[1:]}
    found.update(match.end() for match in _LEFT_OUT.finditer(plain))
    ends = sorted({_end_sentence(text, plain, place) for place in found})
    last = next((at for at in range(len(text) - 1, -1, -1) if _LETTER.match(text, at)), 0)
    start = 0
    for end in ends:
        if end <= last and _LETTER.search(text, start, end) and not _goes_on(plain, end, language):
            yield end
            start = end


def _end_sentence(text: str, plain: str, next_start: int) -> int:
    """Where the sentence before this place ends, the marks that close it included."""
    end = next_start
    while end > 0 and plain[end - 1].isspace():
        end -= 1
    match = _CLOSING.match(text, end)
    return match.end() if match else end


def _goes_on(plain: str, end: int, language: str) -> bool:
    """A small letter goes on with the sentence: “Is it so?” he asked. So does what a short form
    stands before: Vol. 3, M. Dupont."""
    match = _NEXT.match(plain, end)
    if match is None:
        return False
    following = match.group(1)
    if following.islower():
        return True
    before = plain[max(0, end - _LONGEST_ABBREVIATION) : end]
    if following.isdecimal() and _BEFORE_NUMBER.search(before):
        return True
    # sentencex knows English well: "Plan B. He left."
    return following.isalnum() and language != "en" and _INITIAL.search(before) is not None
