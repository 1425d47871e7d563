"""What a document's page shows: its whole text in order, taken apart, nothing of it HTML."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from embeddings.records import Passage, StoredDocument
from service.pages.views import Piece, find_direction


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a document: `kind` is passage, heading, repeat or furniture.

    `into` is the passage that stands for a repeat, `reason` why furniture was set aside, `pieces`
    the text of the hit that was followed here, marked.
    """

    kind: str
    start: int
    end: int
    text: str
    id: str = ""
    language: str | None = None
    into: str = ""
    reason: str = ""
    page: int | None = None
    comment: bool = False
    pieces: Sequence[Piece] = ()

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


def view_document(document: StoredDocument, marked: Mapping[str, Sequence[Piece]]) -> list[Section]:
    """The whole text in order, but for the heading that is the title: its page shows that above.

    `marked` holds the pieces of passages with something marked in them, by id.
    """
    parts = sorted(_take_apart(document, marked), key=lambda part: part.start)
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


def _take_apart(document: StoredDocument, marked: Mapping[str, Sequence[Piece]]) -> Iterator[Part]:
    text = document.text
    for passage in document.passages:
        yield _make_part("passage", passage, pieces=marked.get(passage.id, ()))
    for fold in document.folds:
        yield _make_part("repeat", fold.passage, into=fold.into)
    for heading in document.headings:
        own = text[heading.start : heading.end]
        yield Part("heading", heading.start, heading.end, own)
    for mark in document.marks:
        own = text[mark.start : mark.end]
        yield Part("furniture", mark.start, mark.end, own, reason=mark.reason)


def _make_part(kind: str, passage: Passage, into: str = "", pieces: Sequence[Piece] = ()) -> Part:
    return Part(
        kind,
        passage.start,
        passage.end,
        passage.text,
        passage.id,
        passage.language,
        into,
        page=passage.page,
        comment=passage.comment,
        pieces=pieces,
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
