"""What a list of hits shows, made ready for its template: pieces of text, nothing of HTML."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from embeddings.records import Span
from service.confidence import name_confidence
from service.facets import COUNTED
from service.highlights import find_words
from service.search import Hit, Results

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "sd", "ug", "yi", "dv"})


def find_direction(language: str | None) -> str:
    """The HTML `dir` of a text; in no known language, the browser's own judgement."""
    if language is None:
        return "auto"
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def make_sentence(text: str) -> str:
    """A message of the program as a sentence: a capital first, a full stop last."""
    text = text.strip()
    closed = text.endswith((".", "!", "?"))
    return text[:1].upper() + text[1:] + ("" if closed or not text else ".")


def name_moment(iso: str) -> str:
    """An ISO date and time as people write it."""
    moment = datetime.fromisoformat(iso)
    return f"{moment.day} {moment:%B %Y, %H:%M %Z}".strip()


def group_by_reason(pairs: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """(source, reason) pairs -> the sources of each reason."""
    groups: dict[str, list[str]] = {}
    for source, reason in pairs:
        groups.setdefault(reason, []).append(source)
    return groups


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is, or is not, in the marked sentence, and a word of the query or not."""

    text: str
    marked: bool
    word: bool


@dataclass(frozen=True, slots=True)
class HitView:
    """A hit with its text in pieces and its confidence in words."""

    hit: Hit
    pieces: list[Piece]
    confidence: str
    direction: str
    reasons: list[str]
    spans: str


def view_hit(hit: Hit, results: Results) -> HitView:
    """Cut a hit's text where its marks begin and end."""
    passage = hit.stored.passage
    words = list(find_words(passage.text, results.terms, passage.language))
    return HitView(
        hit=hit,
        pieces=list(cut_pieces(passage.text, hit.highlights, words)),
        confidence=name_confidence(hit.confidence, hit.answer),
        direction=find_direction(passage.language),
        reasons=list(explain_score(hit, results)),
        spans=",".join(f"{span.start}-{span.end}" for span in hit.highlights),
    )


def explain_score(hit: Hit, results: Results) -> Iterator[str]:
    """What a score is made of, and what it is held against, in words and numbers."""
    signals = hit.signals
    yield f"The estimated chance that it answers: {hit.confidence:.0%}."
    yield (
        f"In meaning (1 is the same): the passage {signals['passage']:.2f}, a passage beside it "
        f"{signals['context']:.2f}, its nearest sentence {signals['sentence']:.2f}."
    )
    yield f"In words: it holds {signals['lexical']:.0%} of what the question's words tell."
    if hit.reranker is not None:
        yield f"The second reading gives it {hit.reranker:.2f} of 1."
    yield (
        f"Together its score is {hit.score:.2f}. Passages on the topic score "
        f"{results.background:.2f} here, and from {results.threshold:.2f} on a passage counts as "
        "an answer."
    )


def cut_pieces(text: str, marked: Iterable[Span], words: Iterable[Span]) -> Iterator[Piece]:
    """The text in order, cut at every border of a marked span or a word."""
    marked, words = list(marked), list(words)
    borders = {0, len(text)}
    for span in (*marked, *words):
        borders.update((span.start, span.end))
    places = sorted(borders)
    for start, end in pairwise(places):
        yield Piece(text[start:end], _covers(marked, start), _covers(words, start))


def _covers(spans: Iterable[Span], place: int) -> bool:
    return any(span.start <= place < span.end for span in spans)


def say_outcome(results: Results) -> str:
    """What came of a query, as the heading of its page."""
    if not results.total:
        held = results.query.wording.phrases
        return "No passage here holds the phrases." if held else "The filters leave no passage."
    if not results.hits:
        return "There is nothing this far down the list."
    if not results.answered:
        return "Nothing here answers this."
    if results.query.offset:
        return f"Passages {results.hits[0].rank} to {results.hits[-1].rank}."
    answers = results.answers
    said = "1 passage" if answers == 1 else f"{answers} passages"
    order = "the newest" if results.query.sort == "date" else "the likeliest"
    more = "More than " if answers > COUNTED else ""
    return f"{more}{said if not more else f'{COUNTED} passages'} may answer this, {order} first."
