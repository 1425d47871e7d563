"""Documents taken apart -> everything that one build puts into an index."""

from collections.abc import Iterator, Sequence

import numpy as np

from embeddings.aliases import expand_terms, find_aliases
from embeddings.analysis import LANGUAGES, find_terms, mark_language, weigh_terms
from embeddings.corpus import Progress
from embeddings.duplicates import fold_repeats
from embeddings.records import Cut, IndexContents, Passage
from embeddings.vectors import VectorSource


def make_contents(cuts: Sequence[Cut], vectors: VectorSource, progress: Progress) -> IndexContents:
    """Fold repeats, find the vector of each passage and sentence, and weigh the terms."""
    passages, folds = fold_repeats(cuts)
    passages.sort(key=lambda passage: passage.id)
    sentences = [
        [passage.text[span.start : span.end] for span in passage.sentences] for passage in passages
    ]
    sizes = [len(texts) for texts in sentences]
    passage_vectors, sentence_vectors = vectors.find(
        [passage.text for passage in passages], [s for own in sentences for s in own], progress
    )
    return IndexContents(
        cuts=cuts,
        passages=passages,
        folds=folds,
        passage_vectors=passage_vectors,
        sentence_vectors=sentence_vectors,
        sentence_offsets=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        postings=weigh_terms(_find_passage_terms(cuts, passages)),
    )


def _find_passage_terms(cuts: Sequence[Cut], passages: Sequence[Passage]) -> Iterator[list[str]]:
    """The terms each passage is found by: its own, its title's and heading's, and other names'."""
    titles = {cut.document.id: cut.title for cut in cuts}
    own = (
        (
            find_terms(
                "\n".join(dict.fromkeys((titles[p.document_id], p.heading or "", p.text))),
                p.language,
            ),
            p.language,
        )
        for p in passages
    )
    expanded = expand_terms(own, find_aliases(cut.document.text for cut in cuts))
    for terms, passage in zip(expanded, passages, strict=True):
        yield [*terms, mark_language(passage.language)] if passage.language in LANGUAGES else terms
