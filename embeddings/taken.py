"""Documents taken apart, as they lie on the disk and go between processes: bytes, read in parts.

Beside what a `Cut` says, each passage has what it is compared by and its terms, so that all that
follows from one document alone is found where it is taken apart.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.analysis import find_terms
from embeddings.candidates import BANDS, hash_bands
from embeddings.differences import FEWEST_WORDS
from embeddings.digests import DIGEST_BYTES, digest_texts
from embeddings.documents.messages import describe_document, make_document
from embeddings.records import Cut, Document, Mark, Passage, Span
from embeddings.wording import Wording, normalize

LIKENESS = np.dtype([("digest", f"S{DIGEST_BYTES}"), ("long", "?"), ("bands", "<u8", (BANDS,))])
"""What a passage is compared by: its words, and the bands of those with words enough."""

Likeness = NDArray[np.void]
Sizes = tuple[int, int, int, int, int]
"""Bytes of a passage's place, text, small words and terms, and the number of its sentences."""

# White space to a regular expression, so neither is part of a word or term.
_BETWEEN_WORDS = "\x1f"
_BETWEEN_SENTENCES = "\x1e"


@dataclass(frozen=True, slots=True)
class Taken:
    """A document taken apart: `own` is its cut without texts and passages, `passages` are all of
    them, one behind the other, and `likeness` is a record of each.
    """

    own: bytes
    sizes: Sequence[Sizes]
    passages: bytes
    likeness: bytes


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked of all documents of a corpus; `marks` are how many."""

    id: str
    source: str
    file: str
    date: str | None
    title: str
    marks: int

    @classmethod
    def of(cls, cut: Cut) -> "Brief":
        document = cut.document
        marks = len(cut.marks)
        return cls(document.id, document.source, document.file, document.date, cut.title, marks)


@dataclass(frozen=True, slots=True)
class Terms:
    """Those of each sentence of a passage, and of what stands above it: title and heading."""

    sentences: list[list[str]]
    above: list[str]
    language: str | None


def pack_document(document: Document) -> bytes:
    """All but the text on a line, and the text behind it."""
    described = describe_document(document)
    text = described.pop("text")
    return _pack(described) + b"\n" + _encode(text)


def unpack_document(data: bytes) -> Document:
    head, _, text = data.partition(b"\n")
    return make_document({**json.loads(head), "text": _decode(text)})


def unpack_text(data: bytes) -> str:
    """The text of a packed document, without looking at the rest."""
    return _decode(data[data.index(b"\n") + 1 :])


def pack_cuts(cuts: Sequence[Cut]) -> list[Taken]:
    """Each cut with what its passages are compared by, and their terms."""
    passages = [passage for cut in cuts for passage in cut.passages]
    wordings = [Wording.of(passage.text) for passage in passages]
    likeness = _find_likeness(passages, wordings)
    found, first = [], 0
    for cut in cuts:
        behind = first + len(cut.passages)
        parts = [
            (_pack_place(passage), _encode(passage.text), small, terms)
            for passage, small, terms in zip(
                cut.passages,
                map(_pack_small, wordings[first:behind]),
                _pack_terms(cut),
                strict=True,
            )
        ]
        sizes = [
            (len(place), len(text), len(small), len(terms), len(passage.sentences))
            for (place, text, small, terms), passage in zip(parts, cut.passages, strict=True)
        ]
        whole = b"".join(chain.from_iterable(parts))
        found.append(Taken(_pack_own(cut), sizes, whole, likeness[first:behind].tobytes()))
        first = behind
    return found


def _find_likeness(passages: Sequence[Passage], wordings: Sequence[Wording]) -> Likeness:
    likeness = np.zeros(len(passages), dtype=LIKENESS)
    likeness["digest"] = digest_texts([normalize(passage.text) for passage in passages])
    long = [i for i, wording in enumerate(wordings) if len(wording.words) >= FEWEST_WORDS - 1]
    likeness["long"][long] = True
    if long:
        likeness["bands"][long] = hash_bands([wordings[i].folded for i in long])
    return likeness


def _pack_small(wording: Wording) -> bytes:
    """The words that a text writes small although its names have capitals."""
    small = {word for word in wording.words if word.islower()} if wording.tells_names else ()
    return _encode(_BETWEEN_WORDS.join(sorted(small)))


def unpack_small(data: bytes) -> Collection[str]:
    return _decode(data).split(_BETWEEN_WORDS) if data else ()


def _pack_terms(cut: Cut) -> Iterator[bytes]:
    for passage in cut.passages:
        above = "\n".join(dict.fromkeys((cut.title, passage.heading or "")))
        sentences = [passage.text[span.start : span.end] for span in passage.sentences]
        lists = [find_terms(text, passage.language) for text in (*sentences, above)]
        packed = [_BETWEEN_WORDS.join(terms) for terms in lists]
        yield _encode(_BETWEEN_SENTENCES.join([passage.language or "", *packed]))


def unpack_terms(data: bytes) -> Terms:
    language, *packed = _decode(data).split(_BETWEEN_SENTENCES)
    *sentences, above = [one.split(_BETWEEN_WORDS) if one else [] for one in packed]
    return Terms(sentences, above, language or None)


def _pack_own(cut: Cut) -> bytes:
    brief = Brief.of(cut)
    return _pack(
        [
            [getattr(brief, name) for name in Brief.__slots__],
            cut.language,
            _pack_spans(cut.headings),
            [(mark.start, mark.end, mark.reason) for mark in cut.marks],
        ]
    )


def unpack_brief(own: bytes) -> Brief:
    return Brief(*json.loads(own)[0])


def unpack_cut(own: bytes, document: Document, passages: Iterable[Passage]) -> Cut:
    brief, language, headings, marks = json.loads(own)
    return Cut(
        document=document,
        title=Brief(*brief).title,
        language=language,
        passages=tuple(passages),
        headings=_unpack_spans(headings),
        marks=tuple(Mark(*mark) for mark in marks),
    )


def _pack_place(passage: Passage) -> bytes:
    """All of a passage but its text, the id first."""
    return _pack(
        [
            passage.id,
            passage.document_id,
            passage.start,
            passage.end,
            _pack_spans(passage.sentences),
            passage.heading,
            passage.language,
            passage.page,
            passage.comment,
        ]
    )


def unpack_passage(place: bytes, text: bytes) -> Passage:
    id, document_id, start, end, sentences, *rest = json.loads(place)
    spans = _unpack_spans(sentences)
    return Passage(id, document_id, start, end, _decode(text), spans, *rest)


def unpack_id(place: bytes) -> str:
    return str(json.loads(place)[0])


def _pack_spans(spans: Iterable[Span]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]


def _unpack_spans(packed: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in packed)


def _pack(value: Any) -> bytes:
    return _encode(json.dumps(value, ensure_ascii=False))


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
