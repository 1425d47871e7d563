"""Documents taken apart -> everything that one build puts into an index."""

from collections.abc import Iterator, Sequence

import numpy as np

from embeddings.aliases import OtherNames, find_aliases
from embeddings.analysis import LANGUAGES, find_terms, mark_language, weigh_terms
from embeddings.corpus import Progress
from embeddings.duplicates import fold_repeats
from embeddings.projection import project
from embeddings.records import Cut, IndexContents, Passage, Postings, WordOrder
from embeddings.vectors import VectorSource


def make_contents(cuts: Sequence[Cut], vectors: VectorSource, progress: Progress) -> IndexContents:
    """Fold repeats, find the vector of each passage and sentence, and weigh the terms."""
    progress("finding repeats", 0, 1)
    passages, folds = fold_repeats(cuts)
    progress("finding repeats", 1, 1)
    passages.sort(key=lambda passage: passage.id)
    sentences = [
        [passage.text[span.start : span.end] for span in passage.sentences] for passage in passages
    ]
    sizes = [len(texts) for texts in sentences]
    passage_vectors, sentence_vectors = vectors.find(
        [passage.text for passage in passages], [s for own in sentences for s in own], progress
    )
    progress("counting words", 0, 1)
    terms = [
        [find_terms(text, passage.language) for text in texts]
        for passage, texts in zip(passages, sentences, strict=True)
    ]
    names = OtherNames(find_aliases(cut.document.text for cut in cuts))
    postings = weigh_terms(_find_passage_terms(cuts, passages, terms, names))
    named = [
        [_append_names(sentence, names.find(sentence, passage.language)) for sentence in own]
        for passage, own in zip(passages, terms, strict=True)
    ]
    word_order = order_words(named, postings)
    progress("counting words", 1, 1)
    progress("drawing the map", 0, 1)
    positions = project(passage_vectors)
    progress("drawing the map", 1, 1)
    return IndexContents(
        cuts=cuts,
        passages=passages,
        folds=folds,
        passage_vectors=passage_vectors,
        sentence_vectors=sentence_vectors,
        sentence_offsets=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        positions=positions,
        postings=postings,
        word_order=word_order,
    )


def _find_passage_terms(
    cuts: Sequence[Cut],
    passages: Sequence[Passage],
    terms: Sequence[Sequence[Sequence[str]]],
    names: OtherNames,
) -> Iterator[list[str]]:
    """The terms each passage is found by: its own, its title's and heading's, and other names'.

    `terms` are its own, by sentence.
    """
    titles = {cut.document.id: cut.title for cut in cuts}
    for passage, own in zip(passages, terms, strict=True):
        above = "\n".join(dict.fromkeys((titles[passage.document_id], passage.heading or "")))
        found = find_terms(above, passage.language)
        found += [term for sentence in own for term in sentence]
        found = names.expand(found, passage.language)
        yield [*found, mark_language(passage.language)] if passage.language in LANGUAGES else found


def _append_names(terms: Sequence[str], names: Sequence[Sequence[str]]) -> list[str]:
    """The terms of a sentence, as if it ended with the other names of what it names."""
    return [*terms, *(term for name in names for term in name)]


def order_words(terms: Sequence[Sequence[Sequence[str]]], postings: Postings) -> WordOrder:
    """The word order of passages whose terms, by sentence, all stand in the postings."""
    slot = {term: i for i, term in enumerate(postings.terms)}
    sentences = [sentence for own in terms for sentence in own]
    sizes = [len(sentence) for sentence in sentences]
    return WordOrder(
        slots=np.fromiter((slot[t] for own in sentences for t in own), np.int32, sum(sizes)),
        offsets=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
    )
