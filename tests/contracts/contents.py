"""Makes the contents of an index: the same numbers from the same seed, on every machine.

`exact` vectors have four entries of ±0.5 and the rest 0, so that they are of length 1, their
products are exact in float32, and most of them tie. `random` ones have no ties. Both are numbers
that half precision holds, so that what an index rounds is no excuse.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir

import numpy as np

from embeddings.budget import Budget
from embeddings.counting import count_terms
from embeddings.records import (
    Cut,
    Document,
    IndexContents,
    Mark,
    Numbers,
    Passage,
    Span,
    Vectors,
    make_id,
)
from tests.embeddings.building import fold

DIMENSION = 16
WORDS = (
    "bee",
    "bridge",
    "salt",
    "tide",
    "hive",
    "stone",
    "camel",
    "moon",
    "naïve",
    "соль",
    "5,500",
)
_LANGUAGES = ("en", "de", None)
_DATES = (None, "2016", "2017-05", "2017-10-31", "2018-01-01")
_SOURCES = (
    "news/{}.txt",
    "news/old/{}.txt",
    "notes [{}].txt",
    "rows.jsonl#{}",
    "rows.jsonl-{}.txt",
)


def make_contents(seed: int, documents: int = 30, exact: bool = True) -> IndexContents:
    """Contents with repeats across documents, several sentences a passage, and gaps everywhere."""
    random = np.random.default_rng(seed)
    cuts = [_make_cut(random, number) for number in range(documents)]
    passages, folds = fold(cuts)
    sizes = [len(passage.sentences) for passage in passages]
    terms = [
        [passage.text[span.start : span.end].split() for span in passage.sentences]
        for passage in passages
    ]
    counted = zip((passage.text.split() for passage in passages), terms, strict=True)
    postings, word_order = count_terms(counted, Path(gettempdir()), Budget())
    offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    passage_vectors = make_vectors(random, len(passages), exact)
    sentence_vectors = make_vectors(random, sum(sizes), exact)
    # A passage of one sentence mostly has its vector; not where white space parts the two.
    alone = np.flatnonzero(np.array(sizes) == 1)[1:]
    sentence_vectors[offsets[alone]] = passage_vectors[alone]
    return IndexContents(
        cuts=cuts,
        passages=passages,
        folds=folds,
        passage_vectors=passage_vectors,
        sentence_vectors=sentence_vectors,
        sentence_offsets=offsets,
        positions=random.random((len(passages), 2), dtype=np.float32),
        postings=postings,
        word_order=word_order,
    )


def make_vectors(random: np.random.Generator, count: int, exact: bool) -> Vectors:
    """Unit vectors, or nearly so, float32 [count, DIMENSION]."""
    if not exact:
        any_length = random.standard_normal((count, DIMENSION)).astype(np.float32)
        lengths = np.linalg.norm(any_length, axis=1, keepdims=True)
        return np.asarray((any_length / lengths).astype(np.float16), dtype=np.float32)
    vectors: Vectors = np.zeros((count, DIMENSION), dtype=np.float32)
    for row in vectors:
        # Few places, so that equal vectors occur.
        row[random.choice(6, size=4, replace=False)] = random.choice([-0.5, 0.5], size=4)
    return vectors


def _make_cut(random: np.random.Generator, number: int) -> Cut:
    source = str(random.choice(_SOURCES)).format(number)
    language = _LANGUAGES[random.integers(len(_LANGUAGES))]
    document = Document(
        source=source,
        text="",
        title=f"Document {number}",
        sha256=f"{number:064x}",
        date=_DATES[random.integers(len(_DATES))],
        encoding="utf-8",
        file=source.partition("#")[0],
        notices=("read as .md, which it is", "a second notice") if number % 3 == 0 else (),
        author=f"Äda {number}" if number % 2 else None,
        url=f"https://example.org/{number}" if number % 4 else None,
        extractor="trafilatura 2.3" if number % 5 else None,
    )
    text, passages = "", []
    for place in range(int(random.integers(0, 7))):
        start = len(text)
        passage = _make_passage(random, document.id, f"{source} {place}", start, language)
        passages.append(passage)
        text = f"{text}{passage.text}\n\n"
    end = len(text)
    return Cut(
        document=replace(document, text=f"{text}Menu"),
        title=f"Document {number}",
        language=language,
        passages=tuple(passages),
        headings=(Span(0, 3),) if passages else (),
        marks=(Mark(end, end + 4, "menu or tag line"),),
    )


def _make_passage(
    random: np.random.Generator, document_id: str, name: str, start: int, language: str | None
) -> Passage:
    """One to four sentences of few words, so that many passages are repeats of another."""
    sentences = [
        " ".join(random.choice(WORDS, size=int(random.integers(1, 3))))
        for _ in range(int(random.choice([1, 1, 2, 4])))
    ]
    text = " ".join(sentences)
    ends = np.cumsum([len(sentence) + 1 for sentence in sentences])
    spans = tuple(
        Span(int(end) - len(sentence) - 1, int(end) - 1)
        for sentence, end in zip(sentences, ends, strict=True)
    )
    return Passage(
        id=make_id(name, text),
        document_id=document_id,
        start=start,
        end=start + len(text),
        text=text,
        sentences=spans,
        heading=None if random.integers(2) else "Heading",
        language=language if random.integers(3) else "ru",
        page=int(random.integers(9)) if random.integers(2) else None,
    )


def all_numbers(contents: IndexContents) -> Numbers:
    """Every passage number, ascending."""
    return np.arange(len(contents.passages), dtype=np.int64)
