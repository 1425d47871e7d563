"""The answers of the tools as text, for agents that are shown no structured content.

A line of a document begins with `> `, so that no document can speak in Winnow's name.
"""

from collections.abc import Iterable

from service.escaping import join_words
from service.mcp.answers import (
    Answer,
    Found,
    ReadAnswer,
    SearchAnswer,
    SimilarAnswer,
    SourcesAnswer,
)

_NOTHING = (
    "Nothing in these documents answers this. Say so, and do not answer from the passages below: "
    "they are merely the nearest."
)
_NONE_LEFT = "Nothing in these documents answers this: the filters leave no passage. Say so."


def write_search(answer: SearchAnswer) -> str:
    """What answers, or first of all that nothing does."""
    if answer.answered:
        first = "What answers this, the best first. Cite each by its citation."
    else:
        first = _NOTHING if answer.hits else _NONE_LEFT
    notices = [join_words(notice.message) for notice in answer.notices]
    return _join([first, *notices, *map(_write_answer, answer.hits)])


def write_similar(answer: SimilarAnswer) -> str:
    """The passages alike."""
    if not answer.hits:
        return "There is no other passage."
    hits = (
        _join_lines(f"{_name(hit)}, similarity {hit.similarity:.2f}", *_quote(hit))
        for hit in answer.hits
    )
    return _join(["The passages most like that one.", *hits])


def write_read(answer: ReadAnswer) -> str:
    """The part of the document, and where in it the passage stands."""
    passage = answer.passage
    return _join(
        [
            f"Characters {answer.start} to {answer.end} of {answer.characters} of "
            f"{join_words(answer.source)}; the passage is characters {passage.start} to "
            f"{passage.end}.",
            _quote_lines(answer.text),
            f"Citation of the passage: {answer.citation}",
        ]
    )


def write_sources(answer: SourcesAnswer) -> str:
    """A line for each document."""
    documents = (
        f"{join_words(one.source)} · {join_words(one.title)} · {one.date or 'no date'} · "
        f"{one.language or 'language unknown'} · {one.characters} characters"
        for one in answer.documents
    )
    further = (
        f"More: ask again with offset {answer.next_offset}." if answer.next_offset else "No more."
    )
    first = f"{answer.total} documents, {len(answer.documents)} of them from {answer.offset} on:"
    return _join([first, _join_lines(*documents), further])


def _write_answer(hit: Answer) -> str:
    judged = "answers" if hit.answer else "does not answer"
    marked = [
        f"Marked: characters {one.start} to {one.end}\n{_quote_lines(one.text)}"
        for one in hit.highlights
        if one.text != hit.text
    ]
    head = f"{_name(hit)}, {judged}, confidence {hit.confidence:.0%}"
    return _join_lines(head, *_quote(hit), *marked)


def _name(hit: Found) -> str:
    return f"{hit.rank}. passage_id {hit.passage_id}"


def _quote(hit: Found) -> list[str]:
    also = [
        f"Also in: {join_words(one.source)}, characters {one.start} to {one.end}"
        for one in hit.also_in
    ]
    return [_quote_lines(hit.text), f"Citation: {hit.citation}", *also]


def _quote_lines(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _join_lines(*lines: str) -> str:
    return "\n".join(lines)


def _join(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)
