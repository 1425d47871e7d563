"""What a page shows, made ready for its template: pieces of text, and nothing of HTML."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from embeddings.records import Passage, Span, StoredDocument
from service.confidence import name_confidence
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
    )


def explain_score(hit: Hit, results: Results) -> Iterator[str]:
    """What a score is made of, and what it is held against, in words and numbers."""
    signals = hit.signals
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
    count = len(results.hits)
    answers = sum(hit.answer for hit in results.hits)
    if not count:
        return "There is nothing this far down the list."
    if not results.answered:
        return "Nothing here answers this."
    if results.query.offset:
        return f"Passages {results.hits[0].rank} to {results.hits[-1].rank}."
    said = "1 passage" if answers == 1 else f"{answers} passages"
    at_least = "At least " if answers == count < results.total else ""
    return f"{at_least}{said} may answer this, the likeliest first."


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a document: `kind` is passage, heading, repeat or furniture.

    `into` is the passage that stands for a repeat, `reason` why furniture was set aside.
    """

    kind: str
    start: int
    end: int
    text: str
    id: str = ""
    language: str | None = None
    into: str = ""
    reason: str = ""
    comment: bool = False

    @property
    def direction(self) -> str:
        return find_direction(self.language)


@dataclass(frozen=True, slots=True)
class Section:
    """A passage, a heading, or a run of neighbours that were folded or set aside.

    `kind` is passage, heading or aside; `summary` says what a run holds.
    """

    kind: str
    parts: list[Part]
    summary: str = ""


def view_document(document: StoredDocument) -> list[Section]:
    """The whole text in order, but for the heading that is the title: its page shows that above."""
    parts = sorted(_take_apart(document), key=lambda part: part.start)
    title = next((part for part in parts if part.kind == "heading"), None)
    if title is not None and title.text == document.summary.title:
        parts.remove(title)
    sections: list[Section] = []
    for aside, run in groupby(parts, key=lambda part: part.kind in ("repeat", "furniture")):
        if aside:
            own = list(run)
            sections.append(Section("aside", own, _summarise(own)))
        else:
            sections.extend(Section(part.kind, [part]) for part in run)
    return sections


def _take_apart(document: StoredDocument) -> Iterator[Part]:
    text = document.text
    for passage in document.passages:
        yield _make_part("passage", passage)
    for fold in document.folds:
        yield _make_part("repeat", fold.passage, into=fold.into)
    for heading in document.headings:
        own = text[heading.start : heading.end]
        yield Part("heading", heading.start, heading.end, own)
    for mark in document.marks:
        own = text[mark.start : mark.end]
        yield Part("furniture", mark.start, mark.end, own, reason=mark.reason)


def _make_part(kind: str, passage: Passage, into: str = "") -> Part:
    return Part(
        kind,
        passage.start,
        passage.end,
        passage.text,
        passage.id,
        passage.language,
        into,
        comment=passage.comment,
    )


def _summarise(parts: Sequence[Part]) -> str:
    """`14 repeats folded, 2 lines set aside (navigation; share line)`."""
    reasons = [part.reason for part in parts if part.kind == "furniture"]
    repeats = len(parts) - len(reasons)
    said = []
    if repeats:
        said.append(f"{repeats} {'repeat' if repeats == 1 else 'repeats'} folded")
    if reasons:
        lines = "1 line" if len(reasons) == 1 else f"{len(reasons)} lines"
        said.append(f"{lines} set aside ({'; '.join(dict.fromkeys(reasons))})")
    return ", ".join(said)
