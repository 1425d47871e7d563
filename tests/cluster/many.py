"""Contents of many made passages, in clusters as those of texts are, quickly made."""

from pathlib import Path

import numpy as np

from embeddings.budget import Budget
from embeddings.counting import count_terms
from embeddings.records import Cut, Document, IndexContents, Passage, Span, Vectors, make_id

DIMENSION = 64
_CLUSTERS = 400
_IN_DOCUMENT = 5
_LANGUAGES = ("en", "de", "fr", "ru", "tr", "ar", "fa", "it", "es", "pl", "cs", "uk", "el", "fi")
_WORDS = [f"{first}{second}" for first in "bdfglmnprst" for second in ("aro", "ine", "olu", "uke")]


def make_many(count: int, folder: Path, seed: int = 1) -> IndexContents:
    """So many passages of two sentences each; every third has one sentence alone.

    Languages are drawn unevenly, so that filters let through very different shares.
    """
    random = np.random.default_rng(seed)
    cuts = [_make_cut(random, number) for number in range(count // _IN_DOCUMENT)]
    passages = sorted((p for cut in cuts for p in cut.passages), key=lambda passage: passage.id)
    sizes = [len(passage.sentences) for passage in passages]
    terms = (
        (
            passage.text.split(),
            [passage.text[span.start : span.end].split() for span in passage.sentences],
        )
        for passage in passages
    )
    postings, word_order = count_terms(terms, folder, Budget())
    centres = random.standard_normal((_CLUSTERS, DIMENSION)).astype(np.float32)
    own = random.integers(_CLUSTERS, size=len(passages))
    owners = np.repeat(np.arange(len(passages)), sizes)
    whole = _draw_near(random, centres[own])
    return IndexContents(
        cuts=cuts,
        passages=passages,
        folds=[],
        passage_vectors=whole,
        sentence_vectors=_draw_near(random, centres[own[owners]]),
        sentence_offsets=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        positions=random.random((len(passages), 2), dtype=np.float32),
        postings=postings,
        word_order=word_order,
    )


def _draw_near(random: np.random.Generator, centres: Vectors) -> Vectors:
    drawn = centres + 0.7 * random.standard_normal(centres.shape).astype(np.float32)
    near: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return near


def _make_cut(random: np.random.Generator, number: int) -> Cut:
    source = f"made/{number:06}.txt"
    document_id = make_id("document", source)
    language = _LANGUAGES[int(random.geometric(0.35)) % len(_LANGUAGES)]
    text, passages = "", []
    for place in range(_IN_DOCUMENT):
        count = 1 if (number + place) % 3 == 0 else 2
        sentences = [" ".join(random.choice(_WORDS, 6)) for _ in range(count)]
        own, start = " ".join(sentences), len(text)
        ends = np.cumsum([len(one) + 1 for one in sentences]) - 1
        spans = tuple(
            Span(int(end) - len(one), int(end)) for one, end in zip(sentences, ends, strict=True)
        )
        id = make_id(source, str(place))
        end = start + len(own)
        passages.append(Passage(id, document_id, start, end, own, spans, language=language))
        text += own + "\n\n"
    document = Document(source, text, sha256=f"{number:064x}", date="2020-01-01", file=source)
    return Cut(document, source, language, tuple(passages), (), ())
